"""The folds of one training set are four runs: none is a whole run, and none stands for another."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import synthetic

from sl.comparison import run_groups
from sl.comparison.sweeps import sweeps
from sl.errors import UserError
from sl.record import Run, load_all, read
from sl.scale import paper_scale, scale_badge, scale_title
from sl.search.rank import rankings
from sl.search.validation import validated, with_holdout
from sl.tables import Literature, write_all
from sl.tracker.values import summary
from studies import open_points

FOLDS = ("1/4", "2/4", "3/4", "4/4")
ACCURACIES = (0.61, 0.72, 0.83, 0.94)
TRAINED, HELD = 1078, 360  # images of one fold's run


def record(root: Path, fold: str, accuracy: float, alpha: float = 0.01, seed: int = 0) -> Path:
    """A run of `fold` with this accuracy on test images and held-out labels in every epoch."""
    head = synthetic.header("sl", seed=seed, dataset="digits", scale="paper", loss_options={"alpha": alpha})
    head["config"]["fold"] = fold
    head["identity"] = f"{round(1e4 * accuracy):012x}{round(1e3 * alpha) % 0xFF:02x}{seed:02x}"
    head["data"] |= {"train_images": TRAINED, "validation_images": HELD, "paper_train_images": TRAINED + HELD}
    measured = {"test_accuracy": accuracy, "validation_accuracy": accuracy}
    lines = [line | measured if line["kind"] == "epoch" else line for line in synthetic.lines(head)]
    return synthetic.write(root, lines)


@pytest.fixture
def folds(tmp_path: Path) -> list[Run]:
    for fold, accuracy in zip(FOLDS, ACCURACIES, strict=True):
        record(tmp_path / "runs", fold, accuracy)
    return sorted(load_all(tmp_path / "runs"), key=Run.last)


def test_a_fold_is_no_whole_run(folds: Sequence[Run]) -> None:
    for run, fold in zip(folds, FOLDS, strict=True):
        assert (run.holdout, paper_scale(run), scale_badge(run)) == (0.25, False, "scaled-down run")
        words = "1,078 of 1,438 training and 10,000 test images, 12 of 30 epochs, 25 % held out for validation"
        assert scale_title(run) == f"scaled-down run: {words}, fold {fold}"


def test_each_fold_stands_on_a_page_of_its_own(folds: Sequence[Run], tmp_path: Path) -> None:
    assert sorted([run.last() for run in group.runs] for group in run_groups(folds)) == [[one] for one in ACCURACIES]
    list(write_all(list(folds), Literature(), tmp_path))
    page = (tmp_path / "digits_paper.md").read_text()
    assert "Left out" not in page
    last = page.partition("# Best epoch")[0]
    assert [f"| {100 * accuracy:.2f} (1) |" in page for accuracy in ACCURACIES] == [True] * 4, last
    assert all(f"fold {fold} " in page for fold in FOLDS)


def test_each_fold_has_its_validation_accuracy(folds: Sequence[Run]) -> None:
    assert [run.validation() for run in with_holdout(folds)] == pytest.approx(list(ACCURACIES))
    logged = [summary(run.header, run.epochs)["validation_accuracy_mean_last_ten"] for run in folds]
    assert logged == pytest.approx(list(ACCURACIES))
    assert len(rankings(map(validated, with_holdout(folds)))) == 4


def test_a_sweep_of_folds_is_a_sweep_of_each(folds: Sequence[Run], tmp_path: Path) -> None:
    for fold, accuracy in zip(FOLDS, ACCURACIES, strict=True):
        record(tmp_path / "runs", fold, accuracy - 0.1, alpha=0.1)
    found = sweeps(load_all(tmp_path / "runs"))
    means = sorted([point.accuracy.mean for point in sweep.points] for sweep in found)
    assert means == [pytest.approx([100 * accuracy, 100 * accuracy - 10]) for accuracy in ACCURACIES]
    assert [sum(f", fold {fold} " in sweep.title for sweep in found) for fold in FOLDS] == [1, 1, 1, 1]


def test_open_points_pair_no_two_folds(tmp_path: Path) -> None:
    usual, changed = (read(record(tmp_path, fold, 0.5)) for fold in ("1/4", "2/4"))
    assert open_points.points([usual], [changed]) == open_points.NOTHING_RECORDED
    assert open_points.points([usual], [usual]) != open_points.NOTHING_RECORDED


@pytest.mark.parametrize("fold", ["0/4", "5/4", "1/1", "4"])
def test_a_record_of_a_fold_that_there_cannot_be_is_damaged(tmp_path: Path, fold: str) -> None:
    path = record(tmp_path, "1/4", 0.5)
    path.write_text(path.read_text().replace('"fold": "1/4"', f'"fold": "{fold}"'))
    with pytest.raises(UserError, match=f"line 1: damaged record: .*fold={fold}: must be NUMBER/FOLDS"):
        read(path)
