"""claims.md, claims.json and the README's findings: one set of outcomes, rendered; and what is missing."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import synthetic
from claim_records import Made, accuracies, group, read_claims, run_group_of

from sl.claims.catalogue import catalogue
from sl.claims.findings import findings
from sl.claims.outcome import all_outcomes, caution
from sl.claims.page import markdown, summary, write_all
from sl.claims.rule import Verdict
from sl.claims.tally import tally
from sl.numbers import signed, with_interval
from sl.record import CLEAN, Noise, load_all
from sl.reproduce.experiment import runs as experiment_runs
from sl.tables import Literature, load
from sl.tables.published import Fact

ROOT = Path(__file__).parents[2]
CE = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5))
GROUPS = {"SCALE": "scale", "reproduce": "experiment"}  # of configs/, as make calls them
SL = Made("sl", 0.4, accuracies(0.95, 0.7), accuracies(0.95, 0.7))


@pytest.fixture(scope="module")
def literature() -> Literature:
    return load(ROOT / "results" / "paper")


def written(root: Path, literature: Literature) -> tuple[str, list[dict[str, Any]]]:
    write_all(load_all(root / "runs"), literature, root)
    return (root / "claims.md").read_text(), json.loads((root / "claims.json").read_text())["groups"]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, literature: Literature) -> tuple[Path, str, list[dict[str, Any]]]:
    """CE and SL with three seeds at 40 %, CE with one on clean labels and an unfinished one."""
    root = tmp_path_factory.mktemp("page")
    for seed in (0, 1, 2):
        CE.write(root / "runs", seed, epochs=120)
        SL.write(root / "runs", seed, epochs=120)
    Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 0, epochs=120)
    unfinished = Made("ce", 0.0, CE.middle, CE.last).write(root / "runs", 1, epochs=120)
    unfinished.write_text("".join(unfinished.read_text().splitlines(keepends=True)[:3]))
    return root, *written(root, literature)


def claim(groups: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(found for found in groups[0]["claims"] if found["id"] == name)


def test_numbers_are_the_same_on_every_page(page: tuple) -> None:
    root, text, groups = page
    found = claim(groups, "sl_vs_ce_symmetric_40")
    gains = found["differences"]
    assert found["mean"] == pytest.approx(sum(gains) / 3) == pytest.approx(12.5, abs=0.5)
    shown = with_interval(found["mean"], tuple(found["interval"]))
    by_seed = ", ".join(f"{seed}: {signed(gain)}" for seed, gain in enumerate(gains))
    assert f"| {shown} | {by_seed} | {found['p']:.2g} | **supported** ✓ |" in text
    row = f"| SL ends more accurate than CE (symmetric 40 %) | {signed(found['mean'], 1)} supported ✓ (paper +6.64 †) |"
    assert row in findings(read_claims(root / "claims.json"))


def test_the_verdicts_at_the_papers_scale_are_counted(page: tuple) -> None:
    root, _, groups = page
    verdicts = [found["verdict"] for found in groups[0]["claims"] if not found["proof"]]  # algebra is no run
    counts = {name: verdicts.count(name) for name in ("supported", "contradicted", "undecided", "not enough runs")}
    lacking = counts.pop("not enough runs")
    numbers = "; ".join(f"{number or 'none'} {name}" for name, number in counts.items())
    assert tally(read_claims(root / "claims.json")) == (
        f"**{sum(counts.values())} claims of the paper tested at its scale (recipe authors_code; CIFAR-10; n = 3): "
        f"{numbers}.** "
        f"Shown by algebra: 1 more. Too few runs for a verdict: {lacking}."
    )


def test_scaled_down_runs_are_called_so_where_they_contradict_the_paper(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2):
        replace(CE, last=accuracies(0.4, 0.3)).write(tmp_path, seed)
        Made("sl", 0.4, accuracies(0.95, 0.05), accuracies(0.95, 0.05)).write(tmp_path, seed)
    found = all_outcomes(load_all(tmp_path), literature, tmp_path)
    text = findings(found)
    assert text.startswith("| claim | CIFAR-10, scaled-down run, authors_code |")
    row = next(line for line in text.splitlines() if line.startswith("| SL learns the classes more evenly than CE |"))
    assert row.endswith("**contradicted** ✓ |")
    assert "paper +" not in text  # its numbers are of full size
    against = sum(outcome.verdict == "contradicted" for group in found for outcome in group.claims)
    assert tally(found) == (
        f"No claim is tested at the paper's scale by authors_code yet. Scaled-down runs of CIFAR-10 (recipe "
        f"authors_code) contradict {against} claims. At the paper's scale all {against} are without a verdict."
    )


def test_what_is_read_back_is_what_was_written(page: tuple, literature: Literature) -> None:
    root, text, _ = page
    read = read_claims(root / "claims.json")
    assert markdown(read) == text
    assert [outcome.id for outcome in read[0].claims if outcome.refused] == []


def test_what_others_report_stands_beside_with_its_mark(page: tuple) -> None:
    reported = claim(page[2], "sl_vs_ce_symmetric_40")["reported"]
    recalled = {"text": "+6.64", "source": "SL paper", "confidence": "recalled, not checked"}
    assert recalled | {"unchecked": True, "paper": True} in reported
    assert any(line["source"].startswith("KTH re-run, last epoch") and line["text"] == "+7.06" for line in reported)
    assert "| +6.64 † (recalled, not checked) | " in page[1]
    gap = claim(page[2], "classes_1_3_clean")["reported"]
    assert [(line["text"], line["unchecked"]) for line in gap] == [("almost 20", True), ("17.2", False)]  # 95.5 − 78.3
    assert "Reported: 17.2 (KTH re-run, 1 run, epoch 100; read from logs" in page[1]
    noisy = "| about 30 (above 90 % against about 60 %) † (one secondary source, not checked) | "
    assert noisy in page[1]


FACT = Fact(
    label="SL paper", dataset="cifar10", loss="ce", noise=Noise("symmetric", 0.4), better=6, worse=3, points=14.0,
    text="about 14", confidence="checked_text",
)  # fmt: skip


@pytest.mark.parametrize("sure", ["checked_text", "secondary_not_checked"])
def test_a_fact_is_marked_wherever_it_is_shown_unless_it_is_checked(tmp_path: Path, sure: str) -> None:
    for seed in (0, 1, 2):
        CE.write(tmp_path, seed, epochs=120)
    found = all_outcomes(load_all(tmp_path), Literature(facts=[FACT.model_copy(update={"confidence": sure})]), tmp_path)
    main = [replace(group, claims=tuple(replace(one, headline=True) for one in group.claims)) for group in found]
    for text in (markdown(found), findings(main)):
        marks = {text[match.end() :][:2] == " †" for match in re.finditer("about 14", text)}
        assert marks == {sure == "secondary_not_checked"}


def test_half_of_a_fact_is_asked_and_none_where_there_is_none() -> None:
    """Whatever the file says: nothing of it stands in code."""
    others = [{"noise": CLEAN, "points": 9.0}, {"dataset": "mnist"}, {"label": "other"}]
    facts = [FACT, *(FACT.model_copy(update=changed) for changed in others)]
    made = {one.id: one for one in catalogue("cifar10", "apl", Literature(facts=facts), usual=False)}
    without = {one.id for one in catalogue("cifar10", "apl", Literature(), usual=False)}
    assert made.keys() - without == {"classes_6_3_noisy", "classes_6_3_clean", "spread_clean"}
    assert made["classes_6_3_noisy"].sentence.startswith("CE is more than 7 points better at class 6 than at class 3")
    assert made["spread_clean"].sentence.endswith("the mean counts the points above 4.5, without chance.")


def test_no_claim_is_worded_with_a_number_of_the_paper(literature: Literature) -> None:
    """Without the files of results/paper nothing is reported."""
    bare = catalogue("cifar10", "authors_code", Literature(), usual=True)
    assert [one.id for one in bare if one.reported or "paper reports" in one.statistic] == []
    full = catalogue("cifar10", "authors_code", literature, usual=True)
    assert [one.id for one in full if "paper reports" in one.statistic] == [
        "spread_clean", "classes_1_3_clean", "classes_6_3_noisy"
    ]  # fmt: skip


def test_records_are_named(page: tuple) -> None:
    root, _, groups = page
    records = claim(groups, "sl_vs_ce_symmetric_40")["records"]
    assert len(records) == 6
    assert all((root / path).is_file() for path in records)


def test_what_is_missing_is_one_line_with_its_command(page: tuple) -> None:
    found = claim(page[2], "spread_noisy_late")
    assert (found["verdict"], found["n"], found["interval"]) == ("not enough runs", 1, None)
    assert found["cells"] == {"CE, clean": 1, "CE, symmetric 40 %": 3}
    assert "not enough runs** |" not in page[1]
    (line,) = (line for line in page[1].splitlines() if line.startswith("Claims without enough runs"))
    undecided = [one for one in page[2][0]["claims"] if one["verdict"] == "not enough runs"]
    unmeasured = [one["id"] for one in undecided if min(one["cells"].values()) == 3]
    assert unmeasured == ["sl_separates_silhouette", "sl_separates_neighbours"]  # no representations were kept
    lacking = [one for one in undecided if one["id"] not in unmeasured]
    cells = {words: n for found in lacking for words, n in found["cells"].items()}
    assert line == (
        f"Claims without enough runs: {len(lacking)}. "
        f"With 3 seeds each they need {sum(max(0, 3 - n) for n in cells.values())} more runs. "
        "`make reproduce-cifar10 SCALE=paper` trains them, among others. "
        "Claims that cannot be measured on the runs there are: 2. The runs kept no representations "
        "(probe.representations=2000 keeps them), their records are older than the measure, those compared have other "
        "seeds, or there are too few classes."
    )
    assert "MNIST: no finished run yet; `make reproduce-mnist` trains the runs." in page[1]


def test_runs_beyond_those_needed_make_up_for_none_that_is_missing() -> None:
    found = group("cifar10", True, one=(Verdict.LACKING, 1))
    claims = tuple(replace(one, cells={"many": 7, "few": 1, "none": 0}) for one in found.claims)
    assert (
        "Claims without enough runs: 1. With 3 seeds each they need 5 more runs."
        in replace(found, claims=claims).missing
    )


@pytest.mark.parametrize(
    ("scale", "recipe", "printed"),
    [
        ("paper", "authors_code", True),
        ("cpu", "authors_code", True),
        ("cpu", "sce_pytorch", True),
        ("custom", "authors_code", False),
        ("cpu", "gone", False),
    ],
)
@pytest.mark.parametrize("dataset", ["mnist", "cifar10", "digits", "pairs"])
def test_every_printed_command_has_choices_of_configs(
    tmp_path: Path, literature: Literature, dataset: str, scale: str, recipe: str, printed: bool
) -> None:
    synthetic.record(tmp_path, "ce", dataset=dataset, scale=scale, recipe=recipe)
    (found,) = all_outcomes(load_all(tmp_path), literature, tmp_path)
    (line,) = (line for line in markdown([found]).splitlines() if line.startswith("Claims without enough runs"))
    assert ("trains them" in line) == bool(found.command) == (printed and dataset != "pairs")
    commands = re.findall("`(.*?)`", line)
    assert commands == [found.command] * bool(found.command)
    for command in commands:
        named = re.findall(r"(scale|recipe|experiment|SCALE|reproduce)[=-](\w+)", command)
        assert {"scale", "experiment"} <= {GROUPS.get(option, option) for option, _ in named}
        for option, choice in named:
            group = GROUPS.get(option, option)
            assert (ROOT / "configs" / group / f"{choice}.yaml").is_file()
            assert group != "experiment" or f"dataset={dataset} " in " ".join(map(" ".join, experiment_runs(choice)))


def test_no_claim_is_tested_on_labels_as_given(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2):
        for loss in ("ce", "sl"):
            synthetic.own(tmp_path / "runs", loss, seed=seed)
            synthetic.record(tmp_path / "runs", loss, seed=seed)
    text, groups = written(tmp_path, literature)
    assert [group["dataset"] for group in groups] == ["cifar10"]
    assert "folder" not in text.lower()


def test_the_parameters_that_stand_for_a_loss_are_named(page: tuple, tmp_path: Path, literature: Literature) -> None:
    assert "Losses: CE, SL (α 0.1, β 1, A −9.21)." in page[1].splitlines()
    for seed in (0, 1, 2):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
        synthetic.record(tmp_path / "runs", "sl", seed=seed, loss_options={"alpha": 5.0, "beta": 0.0})
    synthetic.record(tmp_path / "runs", "mae")  # which no claim compares
    text, groups = written(tmp_path, literature)
    assert claim(groups, "sl_vs_ce_symmetric_40")["verdict"] == "supported"
    assert groups[0]["losses"] == ["CE", "SL (α 5, β 0, A −9.21)"]
    section = text.partition("## CIFAR-10")[2].partition("## What is measured")[0]
    assert "Losses: CE, SL (α 5, β 0, A −9.21)." in section.splitlines()


def test_every_table_row_has_as_many_cells_as_its_head(page: tuple) -> None:
    (table,) = re.findall(r"(?:^\|.*\n)+", page[1], flags=re.MULTILINE)
    assert len({line.count(" | ") for line in table.splitlines()}) == 1


def test_the_papers_scale_comes_first_and_every_group_has_its_own_verdicts(
    tmp_path: Path, literature: Literature
) -> None:
    for options in ({}, {"recipe": "apl"}, {"scale": "paper", "epochs": 120}, {"dataset": "mnist", "epochs": 50}):
        for seed in (0, 1, 2):
            for loss in ("ce", "sl"):
                synthetic.record(tmp_path / "runs", loss, seed=seed, **options)
    text, groups = written(tmp_path, literature)
    named = [(group["dataset"], group["scale"], group["recipe"], group["paper_scale"]) for group in groups]
    assert named == [
        ("cifar10", "paper", "authors_code", True),
        ("cifar10", "cpu", "apl", False),
        ("cifar10", "cpu", "authors_code", False),
        ("mnist", "cpu", "authors_code", False),
    ]
    boosted = [any(one["id"] == "sl_boosts_lsr" for one in group["claims"]) for group in groups]
    assert boosted == [True, True, False, True]  # by the usual recipe of each scale
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert "paper scale" in headings[0]
    assert all("scaled-down run" in line for line in headings[1:4])
    assert 'overrides=["recipe=authors_code"]' in text


def test_runs_of_another_recipe_value_are_told_apart(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
    synthetic.record(tmp_path / "runs", "sl", recipe_options={"p_min": 0.0})
    text, groups = written(tmp_path, literature)
    assert [group["differs"] for group in groups] == ["", "p_min 1e-07 → 0"]
    assert [bool(group["command"]) for group in groups] == [True, False]  # what is trained today is the first
    assert "These runs differ from those of the same name above: p_min 1e-07 → 0." in text
    assert claim(groups, "sl_vs_ce_symmetric_40")["n"] == 0


def test_runs_of_todays_recipe_come_first(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path / "runs", "ce", seed=seed, recipe_options={"p_min": 0.0, "bn_zero_debias": False})
    synthetic.record(tmp_path / "runs", "ce")
    groups = written(tmp_path, literature)[1]
    assert [group["differs"] for group in groups] == ["", "bn_zero_debias true → false, p_min 1e-07 → 0"]


def test_refused_pairs_stand_on_the_page(tmp_path: Path, literature: Literature) -> None:
    for loss, version in (("ce", "2.14.1"), ("sl", "2.15.0")):
        for seed in (0, 1, 2):
            path = synthetic.record(tmp_path / "runs", loss, seed=seed)
            if seed == 0:
                path.write_text(path.read_text().replace('"torch": "2.0"', f'"torch": "{version}"'))
    text, groups = written(tmp_path, literature)
    found = claim(groups, "sl_vs_ce_symmetric_40")
    assert (found["n"], found["verdict"]) == (2, "not enough runs")
    assert found["refused"] == ["seed 0: PyTorch 2.14.1 against 2.15.0"]
    line = next(line for line in text.splitlines() if line.startswith("Pairs refused"))
    assert "seed 0: PyTorch 2.14.1 against 2.15.0" in line
    left = [one for one in groups[0]["claims"] if one["n"] < 3 and one["refused"]]
    assert line.endswith(f"{len(left)} claims are left with too few pairs.")
    assert "cannot be measured on the runs there are" not in text  # more is said of them above


def test_nothing_recorded(tmp_path: Path, literature: Literature) -> None:
    (tmp_path / "runs").mkdir()
    text, groups = written(tmp_path, literature)
    assert groups == []
    assert "CIFAR-10: no finished run yet; `make reproduce-cifar10` trains the runs." in text


def test_what_algebra_shows_is_counted_apart_from_what_runs_show() -> None:
    yes = (Verdict.SUPPORTED, 3)
    assert summary(group("cifar10", True, one=yes, proven=yes)) == "2 claims: 1 supported, 1 by algebra"


@pytest.mark.parametrize(("memorised", "said"), [(0.14, True), (0.8, False)])
def test_a_group_in_which_ce_memorises_little_says_so_first(tmp_path: Path, memorised: float, said: bool) -> None:
    made = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5), memorised=(0.05, memorised))
    text = caution(run_group_of(tmp_path, [made]))
    assert ("only 14 % of the wrong labels late, while it trains on augmented images" in text) == said
    assert bool(text) == said


def test_where_nothing_says_how_much_ce_memorises_there_is_no_caution(tmp_path: Path) -> None:
    """As with so few images that the noise moves no label."""
    record = synthetic.lines(synthetic.header("ce"))
    synthetic.write(
        tmp_path, [line | {"wrong_memorised": None} if "wrong_memorised" in line else line for line in record]
    )
    assert caution(run_group_of(tmp_path, [])) == ""
