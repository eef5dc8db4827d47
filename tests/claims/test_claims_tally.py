"""How claims are counted for the README's first screen."""

from dataclasses import replace

from claim_records import group

from sl.claims.outcome import GroupOutcomes
from sl.claims.rule import Verdict
from sl.claims.tally import tally

YES, NO, OPEN, LACKING = ((verdict, 3) for verdict in (*Verdict,))


def named(made: GroupOutcomes, *, sure: tuple[str, ...] = ()) -> GroupOutcomes:
    """`made` with sentences; these claims survive the correction."""
    claims = (replace(one, claim=f"{one.id}.", survives=one.id in sure) for one in made.claims)
    return replace(made, claims=tuple(claims))


def test_verdicts_are_counted_at_the_papers_scale_by_the_authors_recipe() -> None:
    found = [
        named(
            group("cifar10", True, one=("supported", 6), two=YES, no=NO, late=LACKING, proven=YES), sure=("one", "no")
        ),
        named(group("mnist", True, one=YES, gain=YES, open=OPEN), sure=("one", "gain")),
        group("cifar10", True, "apl", one=NO),  # another recipe than the paper's
        group("cifar100", True, one=LACKING),
        group("digits", True, one=NO),  # no data set of the paper
    ]
    assert tally(found) == (
        "**The paper's claims, in our words, at its scale (authors_code, n = 3 to 6).** "
        "CIFAR-10 (5 claims): 2 supported (corrected: 1), 1 contradicted (corrected: 1), 0 undecided, "
        "2 untested. "
        "MNIST (3 claims): 2 supported (corrected: 2), 0 contradicted, 1 undecided, 0 untested. "
        "Contradicted: “no” (CIFAR-10)."
    )
    assert tally(found[2:]) == "No claim is tested at the paper's scale by authors_code yet."


def test_what_weakens_a_contradiction_is_told_with_it() -> None:
    found = named(group("mnist", True, one=NO, two=NO))
    one, two = found.claims
    claims = (replace(one, rests_on={"1": -0.2, "7": 3.0}), replace(two, reading=True))
    assert tally([replace(found, claims=claims), named(group("cifar10", True, one=NO))]).endswith(
        "Contradicted: “one” (MNIST; rests on class 1: −0.20 without it; rests on class 7: +3.00 without it; "
        "CIFAR-10); “two” (MNIST; our reading of the paper)."
    )


def test_what_small_runs_contradict_is_held_against_the_papers_scale() -> None:
    """Of the same data set only; a small group that contradicts nothing is not told."""
    full = named(group("cifar10", True, held=YES, open=OPEN, no=NO))
    small = [
        named(group("cifar10", False, "apl", held=NO, open=NO, other=NO, yes=YES), sure=("held",)),
        named(group("cifar10", False, held=YES)),
        named(group("mnist", False, held=NO)),
    ]
    assert tally([full, *small]).endswith(
        "Scaled-down runs of CIFAR-10 (apl) contradict 3 claims (corrected: 1), "
        "of which the paper's scale supports 1. "
        "Scaled-down runs of MNIST (authors_code) contradict 1 claim (corrected: 0)."
    )
