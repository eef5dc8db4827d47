"""Pairs of precisions: who is paired with whom, the interval, and the whole way on digits."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic
from scipy import stats

from sl.errors import UserError
from sl.record import load_all
from sl.reproduce.execute import execute
from sl.reproduce.plan import plan_runs
from sl.tables.results import STATISTICS
from studies.parity import COMPARED_STATISTICS, page, pairs

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (0, 1, 2, 3)


def write(root: Path, loss: str, seed: int, precision: str, shift: float = 0.0, scale: str = "cpu") -> None:
    head = synthetic.header(loss, seed=seed)
    head["config"]["names"]["scale"] = scale
    lines = synthetic.lines(head)
    head["config"]["precision"] = precision
    head["identity"] = f"{loss}{seed}{precision}"
    for line in lines:
        if line["kind"] == "epoch":
            line["test_accuracy"] += shift * (1 + seed)
    synthetic.write(root, lines)


def test_runs_are_paired_by_setting_and_seed(tmp_path: Path) -> None:
    for seed in SEEDS:
        write(tmp_path, "ce", seed, "float32")
        write(tmp_path, "ce", seed, "bfloat16", shift=0.001)
        write(tmp_path, "sl", seed, "bfloat16")
    write(tmp_path, "sl", 0, "float32")  # one pair is too few
    (found,) = pairs(load_all(tmp_path))
    assert [(fast.seed, plain.seed) for fast, plain in found] == [(seed, seed) for seed in SEEDS]
    assert {(fast.config.precision, plain.config.precision) for fast, plain in found} == {("bfloat16", "float32")}
    text = page(load_all(tmp_path))
    spread = stats.t.ppf(0.975, 3) * math.sqrt(5 / 3) / 10 / 2  # differences of 0.1, 0.2, 0.3, 0.4 %
    assert f"| +0.25 [+{0.25 - spread:.2f}, +{0.25 + spread:.2f}] | 0.03" in text
    assert "scaled-down run" in text


def test_a_partner_may_stand_in_another_folder_under_other_names(tmp_path: Path) -> None:
    """The float32 runs in results/runs have a scale called cpu; the experiment's own runs state its shares."""
    for seed in SEEDS:
        write(tmp_path / "parity", "ce", seed, "bfloat16", scale="paper")
        write(tmp_path / "runs", "ce", seed, "float32")
    folders = [f"runs_dir={tmp_path / 'parity'}", f"also={tmp_path / 'runs'}", f"out={tmp_path / 'page.md'}"]
    subprocess.run([sys.executable, "scripts/parity.py", "table_only=true", *folders], cwd=ROOT, check=True)
    assert "| CIFAR-10, Cnn8 | ce | symmetric 40 % | last epoch | 4 |" in (tmp_path / "page.md").read_text()


@pytest.mark.parametrize(("stated", "other"), [('"torch": "2.0"', '"torch": "9.9"'), ("cpu: invented", "cuda: other")])
def test_another_pytorch_or_device_is_no_pair(stated: str, other: str, tmp_path: Path) -> None:
    for seed in SEEDS:
        write(tmp_path, "ce", seed, "float32")
        write(tmp_path, "ce", seed, "bfloat16")
    changed = next(run for run in load_all(tmp_path) if run.seed == 2).path
    changed.write_text(changed.read_text().replace(stated, other))
    runs = load_all(tmp_path)
    ((*found,),) = pairs(runs)
    assert [fast.seed for fast, _ in found] == [0, 1, 3]


def test_too_few_pairs_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "ce", 0, "float32")
    with pytest.raises(UserError, match="no setting with 3 seeds in both bfloat16 and float32"):
        page(load_all(tmp_path))


def test_digits_from_training_to_table(tmp_path: Path) -> None:
    wanted = [
        ("dataset=digits", "noise=symmetric", "recipe.epochs=2", f"runtime.precision={precision}", f"seed={seed}")
        for precision in ("bfloat16", "float32")
        for seed in SEEDS[:3]
    ]
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    plan = plan_runs(wanted, [*folders, "runtime.threads=1", "scale.train_share=0.2"])
    assert execute(plan, jobs=1) == []
    text = page(load_all(tmp_path / "runs"))
    assert text.count("| sl | symmetric 40 % |") == 2
    assert "bfloat16 and float32" in text


@pytest.mark.results
def test_the_recorded_pairs_show_no_loss_of_accuracy() -> None:
    """Six seeds or more; the interval of the fast path's gain includes 0 or lies above it."""
    found = pairs(run for folder in ("runs", "parity/runs") for run in load_all(ROOT / "results" / folder))
    compared = {(both[0][0].name("dataset"), both[0][0].name("loss")) for both in found}
    assert compared == {(dataset, loss) for dataset in ("cifar10", "mnist") for loss in ("ce", "sl")}
    for both in found:
        assert len(both) >= 6
        for name in COMPARED_STATISTICS:
            gains = [STATISTICS[name](fast) - STATISTICS[name](plain) for fast, plain in both]
            assert stats.ttest_1samp(gains, 0).confidence_interval(0.95).high >= 0
