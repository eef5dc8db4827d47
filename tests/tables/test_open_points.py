"""What open points move: who is paired with whom, what is said of the change, and the page that is kept."""

from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.claims.measures import memorised
from sl.record import Run, load_all
from studies import open_points

ROOT = Path(__file__).resolve().parents[2]
USUAL = {"weight_decay": 0.02, "decay_on": "fc1", "nesterov": False}


def write(root: Path, loss: str, seed: int, lift: float = 0.0, recipe: str = "authors_code", **changed: Any) -> None:
    """A record whose test accuracy at the end is `lift` above the usual one of this loss and seed."""
    head = synthetic.header(loss, seed=seed, recipe=recipe, recipe_options=USUAL | changed)
    lines = synthetic.lines(head)
    [line for line in lines if line["kind"] == "epoch"][-1]["test_accuracy"] += lift
    synthetic.write(root, lines)


def usual(root: Path) -> list[Run]:
    for loss in ("ce", "sl"):
        for seed in (0, 1):
            write(root, loss, seed)
    return load_all(root)


def cells(text: str, words: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {words} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_changes_are_paired_by_seed(tmp_path: Path) -> None:
    own = usual(tmp_path / "usual")
    for seed, lift in ((0, 0.01), (1, 0.03)):
        write(tmp_path / "changed", "ce", seed, lift, weight_decay=0.0, decay_on="none")
    write(tmp_path / "changed", "sl", 1, -0.05, weight_decay=0.0, decay_on="none")
    text = open_points.points(own, load_all(tmp_path / "changed"))
    row = cells(text, "weight_decay 0.02 → 0, decay_on fc1 → none")
    assert (row[2], row[4], row[-1]) == ("+2.0 [−10.7, +14.7]", "−5.0", "0, 1; 1")  # t interval: 2 ± 12.7 · 1
    last = {(run.name("loss"), run.seed): run.last() for run in own}
    ahead = 100 * (last["sl", 1] - 0.05 - last["ce", 1] - 0.03)  # the one seed that both ran
    assert row[5] == f"{ahead:+.1f}".replace("-", "−")
    assert cells(text, "nothing (recipe authors_code)")[2] == "–"
    assert "scaled-down run" in text
    beyond_chance = [memorised(run, "late", False) for run in own if run.name("loss") == "ce"]
    assert cells(text, "nothing (recipe authors_code)")[6].startswith(f"{sum(beyond_chance) / 2:.1f} ± ")


def test_another_version_of_pytorch_is_refused(tmp_path: Path) -> None:
    own = usual(tmp_path / "usual")
    write(tmp_path / "changed", "ce", 0, 0.01, nesterov=True)
    (run,) = load_all(tmp_path / "changed")
    run.header.provenance.packages["torch"] = "9.9"
    row = cells(open_points.points(own, [run]), "nesterov false → true")
    assert row[2] == "– (refused: seed 0: PyTorch 2.0 against 9.9)"


def test_another_recipe_is_one_change(tmp_path: Path) -> None:
    own = usual(tmp_path / "usual")
    write(tmp_path / "changed", "ce", 0, 0.01, recipe="apl", weight_decay=1e-4, decay_on="all")
    text = open_points.points(own, load_all(tmp_path / "changed"))
    assert cells(text, "whole recipe: apl")[2:6] == ["+1.0", "–", "–", "–"]


def test_runs_of_another_scale_or_noise_are_not_compared(tmp_path: Path) -> None:
    own = usual(tmp_path / "usual")
    for head in (
        synthetic.header("ce", scale="paper", recipe_options=USUAL | {"nesterov": True}),
        synthetic.header("ce", rate=0.2, recipe_options=USUAL | {"nesterov": True}),
    ):
        synthetic.write(tmp_path / "changed", synthetic.lines(head))
    assert open_points.points(own, load_all(tmp_path / "changed")) == "Nothing recorded yet."


def test_the_best_epoch_stands_beside_the_last(tmp_path: Path) -> None:
    write(tmp_path, "ce", 0, lift=-0.2)
    (run,) = load_all(tmp_path)
    text = open_points.reported_epochs([run])
    row = cells(text, "CIFAR-10, cpu, authors_code")
    best = max(line.test_accuracy for line in run.epochs)
    assert row[2:] == [
        f"{100 * run.epochs[-1].test_accuracy:.2f}",
        f"{100 * best:.2f}",
        f"{100 * sum(line.test_accuracy for line in run.epochs[-10:]) / 10:.2f}",
        f"{100 * (best - run.epochs[-1].test_accuracy):+.2f}",
        "1",
    ]


def test_the_epochs_of_a_data_set_are_two_rows(tmp_path: Path) -> None:
    """CE and SL under 40 % of its first group by the authors' recipe: the tables have the others."""
    for scale in ("paper", "cpu"):
        for loss, rate in (("ce", 0.4), ("sl", 0.4), ("gce", 0.4), ("ce", 0.6)):
            synthetic.record(tmp_path, loss, rate=rate, scale=scale)
    synthetic.record(tmp_path, "ce", scale="paper", recipe="apl")
    lines = [line for line in open_points.reported_epochs(load_all(tmp_path)).splitlines() if line.startswith("| CIF")]
    assert [line.split(" | ")[:2] for line in lines] == [
        ["| CIFAR-10, paper, authors_code", name] for name in ("CE", "SL")
    ]


@pytest.mark.results
def test_the_page_kept_is_of_its_records() -> None:
    page = (ROOT / "docs" / "reproduction-notes.md").read_text(encoding="utf-8")
    records = ROOT / "results"
    folders = ("runs", "open_points/unchanged", "open_points/runs")
    assert open_points.block(*(load_all(records / folder) for folder in folders)) in page


def test_unchanged_runs_of_another_folder_are_compared_and_not_reported(tmp_path: Path) -> None:
    own = usual(tmp_path / "unchanged")
    write(tmp_path / "changed", "ce", 0, 0.01, nesterov=True)
    moved, epochs = open_points.block([], own, load_all(tmp_path / "changed")).split("### Which epoch is reported")
    assert cells(moved, "nesterov false → true")[2] == "+1.0"
    assert "Nothing recorded yet." in epochs
