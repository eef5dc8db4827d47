"""The table of claims in the README: which claims it tells, and of which runs."""

from dataclasses import replace

from claim_records import group

from sl.claims.findings import findings
from sl.claims.outcome import GroupOutcomes
from sl.claims.rule import Verdict

YES, NO, OPEN, LACKING = ((verdict, 3) for verdict in (*Verdict,))


def named(made: GroupOutcomes, *headlines: str) -> GroupOutcomes:
    """`made` with sentences, means, and these claims as the main ones."""
    means = dict.fromkeys(Verdict, 2.5) | {Verdict.CONTRADICTED: -2.5}
    claims = (
        replace(one, claim=f"{one.id} holds.", mean=means[one.verdict], headline=one.id in headlines)
        for one in made.claims
    )
    return replace(made, badge="paper scale" if made.paper_scale else "scaled-down run", claims=tuple(claims))


def rows(*groups: GroupOutcomes) -> list[list[str]]:
    lines = [line for line in findings(groups).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_row_for_each_main_claim_and_each_contradicted_one_in_the_order_of_the_claims() -> None:
    full = named(group("cifar10", True, first=NO, other=YES, main=YES, lacking=LACKING), "main", "lacking")
    small = named(group("mnist", False, first=YES, main=OPEN, lacking=LACKING), "main", "lacking")
    assert rows(full, small) == [
        ["claim", "CIFAR-10, paper scale, authors_code", "MNIST, scaled-down run, authors_code"],
        ["---", "---", "---"],
        ["first holds", "−2.5 **contradicted**", "+2.5 supported"],
        ["main holds", "+2.5 supported", "+2.5 undecided"],
    ]


def test_a_claim_that_a_group_could_not_test_has_no_number_there() -> None:
    full = named(group("cifar10", True, main=YES, last=YES), "main")
    small = named(group("mnist", True, main=LACKING, last=NO), "main")
    assert rows(full, small)[2:] == [
        ["main holds", "+2.5 supported", "–"],
        ["last holds", "+2.5 supported", "−2.5 **contradicted**"],
    ]


def test_a_claim_that_holds_by_algebra_has_no_number_without_a_run() -> None:
    full = named(group("cifar10", True, proven=NO))
    other = named(group("mnist", True, proven=("supported", 0), other=YES))
    unmeasured = replace(other, claims=tuple(replace(one, mean=None) for one in other.claims))
    assert rows(full, unmeasured)[2] == ["proven holds", "−2.5 **contradicted**", "–"]


def test_a_verdict_that_rests_on_one_class_is_marked() -> None:
    made = named(group("cifar10", True, main=NO), "main")
    made = replace(made, claims=tuple(replace(one, rests_on={"1": 0.5}, survives=True) for one in made.claims))
    assert rows(made)[2] == ["main holds", "−2.5 **contradicted** * ‡"]


def test_groups_without_a_verdict_and_data_sets_that_the_paper_has_not_are_left_out() -> None:
    tested = named(group("cifar10", True, main=YES), "main")
    others = [named(group("mnist", True, main=LACKING, proven=("supported", 0)), "main")]  # algebra needs no run
    others += [named(group("cifar100", True, main=LACKING), "main"), named(group("digits", True, main=NO), "main")]
    assert rows(tested, *others)[0] == ["claim", "CIFAR-10, paper scale, authors_code"]
    assert "no finished run yet" not in findings([tested, *others])


def test_below_the_table_stands_on_how_many_seeds_a_column_rests() -> None:
    made = named(group("cifar10", True, main=YES, other=("undecided", 6), lacking=("not enough runs", 2)), "main")
    note = next(line for line in findings([made]).splitlines() if line.startswith("- **CIFAR-10"))
    assert note.startswith("- **CIFAR-10, paper scale, authors_code** (n = 3 to 6). 3 claims: 1 supported, ")
