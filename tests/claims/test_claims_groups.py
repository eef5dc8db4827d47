"""Which runs get verdicts of their own, in which order, and what is said first of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic
from claim_records import CE, Made, accuracies, claim, run_group_of, written

from sl.claims.evaluate import all_outcomes, caution
from sl.claims.findings import findings
from sl.claims.tally import tally
from sl.record import load_all
from sl.tables import Literature


def test_scaled_down_runs_are_called_so_where_they_contradict_the_paper(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2):
        replace(CE, last=accuracies(0.4, 0.3)).write(tmp_path, seed)
        Made("sl", 0.4, accuracies(0.95, 0.05), accuracies(0.95, 0.05)).write(tmp_path, seed)
    found = all_outcomes(load_all(tmp_path), literature, tmp_path)
    text = findings(found)
    assert text.startswith("| claim | CIFAR-10, scaled-down run, authors_code |")
    row = next(line for line in text.splitlines() if line.startswith("| SL learns the classes more evenly than CE |"))
    assert row.endswith("**contradicted** * |")
    assert "paper +" not in text  # its numbers are of full size
    against = sum(outcome.verdict == "contradicted" for group in found for outcome in group.claims)
    assert tally(found) == (
        f"No claim is tested at the paper's scale by authors_code yet. Scaled-down runs of CIFAR-10 (authors_code) "
        f"contradict {against} claims (corrected: {against})."
    )


def test_diverged_runs_are_counted_although_no_claim_reads_them(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2, 3):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
        (synthetic.diverged if seed == 3 else synthetic.record)(tmp_path / "runs", "sl", seed=seed)
    text, groups = written(tmp_path, literature)
    assert claim(groups, "sl_vs_ce_symmetric_40")["seeds"] == [0, 1, 2]
    assert "7 runs, 4 seeds (0, 1, 2, 3) · " in text
    assert " · 1 run diverged, in no claim. Epochs of the stages" in text


def test_no_claim_is_tested_on_labels_as_given(tmp_path: Path, literature: Literature) -> None:
    for seed in (0, 1, 2):
        for loss in ("ce", "sl"):
            synthetic.own(tmp_path / "runs", loss, seed=seed)
            synthetic.record(tmp_path / "runs", loss, seed=seed)
    text, groups = written(tmp_path, literature)
    assert [group["dataset"] for group in groups] == ["cifar10"]
    assert "folder" not in text.lower()


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


@pytest.mark.parametrize(("memorised", "said"), [(0.14, True), (0.37, True), (0.43, False), (0.8, False)])
def test_a_group_in_which_ce_memorises_little_says_so_first(tmp_path: Path, memorised: float, said: bool) -> None:
    """Little is less than 40 %."""
    made = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5), memorised=(0.05, memorised))
    text = caution(run_group_of(tmp_path, [made]))
    little = f"{100 * memorised:.0f} % of the wrong labels, while it trains on augmented images"
    start = f"CE memorises little here: late it predicts {little}"
    assert text.startswith(start) == said
    assert bool(text) == said


def test_how_much_ce_memorises_is_read_in_evaluation_mode_where_all_runs_have_it(tmp_path: Path) -> None:
    """While they train these runs predict 80 %."""
    made = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5), memorised=(0.05, 0.8))
    shares = {"noisy_accuracy": 0.5, "clean_accuracy": 0.5, "right_accuracy": 0.5, "wrong_corrected": 0.5}
    for seed, memorised in enumerate((0.2, 0.3)):
        path = made.write(tmp_path, seed)
        record = [json.loads(line) for line in path.read_text().splitlines()]
        for line in record:
            if line["kind"] == "probe":
                late = memorised if line["stage"] == "late" else 0.9
                line["training"] = {**shares, "wrong_memorised": late}
        synthetic.write(tmp_path, record)
    text = caution(run_group_of(tmp_path, []))
    assert "late it predicts 25 % of the wrong labels, in evaluation mode (" in text
    assert "(symmetric 40 %, n = 2)" in text


def test_where_nothing_says_how_much_ce_memorises_there_is_no_caution(tmp_path: Path) -> None:
    """As with so few images that the noise moves no label."""
    record = synthetic.lines(synthetic.header("ce"))
    synthetic.write(
        tmp_path, [line | {"wrong_memorised": None} if "wrong_memorised" in line else line for line in record]
    )
    assert caution(run_group_of(tmp_path, [])) == ""
