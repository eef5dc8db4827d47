"""Series of seeds, and which runs may be compared."""

from pathlib import Path

import numpy as np
import pytest
import synthetic

from sl.comparison import Series, matched, paired_difference, run_groups
from sl.comparison.pairs import conflict
from sl.record import Noise, Run, load_all, read

NOISY = Noise("symmetric", 0.4)


def test_series_mean_and_sample_deviation(tmp_path: Path) -> None:
    for seed in (2, 0, 1):
        synthetic.record(tmp_path, seed=seed)
    series = Series.of(load_all(tmp_path))
    last = np.array([run.last() for run in series.runs])
    assert series.seeds == (0, 1, 2)
    assert series.mean(lambda run: run.last()) == pytest.approx(last.sum() / 3)
    assert series.std(lambda run: run.last()) == pytest.approx(np.sqrt(((last - last.mean()) ** 2).sum() / 2))


def test_one_run_has_no_deviation(tmp_path: Path) -> None:
    synthetic.record(tmp_path)
    assert np.isnan(Series.of(load_all(tmp_path)).std(lambda run: run.class_curve())).all()


def test_paired_differences_are_of_seeds_that_both_ran(tmp_path: Path) -> None:
    for loss, seeds in (("ce", (0, 1, 2)), ("sl", (1, 2, 3))):
        for seed in seeds:
            synthetic.record(tmp_path, loss, seed=seed)
    (group,) = run_groups(load_all(tmp_path))
    ce, sl = group.series("ce", NOISY), group.series("sl", NOISY)
    expected = [sl.runs[place].last() - ce.runs[place + 1].last() for place in (0, 1)]
    assert np.allclose(paired_difference(ce, sl, Run.last)[0], expected)
    assert paired_difference(Series(ce.runs[:1]), sl, Run.last)[0].size == 0


def of_version(root: Path, loss: str, seed: int, version: str) -> None:
    lines = synthetic.lines(synthetic.header(loss, seed=seed))
    lines[0]["provenance"]["packages"]["torch"] = version
    synthetic.write(root, lines)


def test_only_like_is_compared_with_like(tmp_path: Path) -> None:
    """Another PyTorch or other wrong labels refuse a pair, and the reason is said; all runs stay in the means."""
    for loss, versions in (("ce", ("2.14.1", "2.14.1", "2.15.0")), ("sl", ("2.14.1", "2.15.0", "2.15.0"))):
        for seed, version in enumerate(versions):
            of_version(tmp_path, loss, seed, version)
    (group,) = run_groups(load_all(tmp_path))
    ce, sl = group.series("ce", NOISY), group.series("sl", NOISY)
    pair, refused = matched(ce, sl)
    assert [series.seeds for series in pair] == [(0, 2), (0, 2)]
    assert refused == ["seed 1: PyTorch 2.14.1 against 2.15.0"]
    difference, reasons = paired_difference(ce, sl, Run.last)
    assert difference.shape == (2,)
    assert reasons == refused
    assert ce.seeds == sl.seeds == (0, 1, 2)
    lines = synthetic.lines(synthetic.header("sl"))
    lines[0]["noise"]["fingerprint"] = "another"
    other = read(synthetic.write(tmp_path / "other", lines))
    assert matched(ce, Series((other, *sl.runs[1:])))[1][0] == "seed 0: the wrong labels differ"


def test_runs_under_other_noise_are_a_pair_whatever_their_labels(tmp_path: Path) -> None:
    """As CE on clean labels and on wrong ones."""
    runs = []
    for noise in ("none", "symmetric"):
        lines = synthetic.lines(synthetic.header("ce", noise))
        lines[0]["noise"]["fingerprint"] = noise
        runs.append(read(synthetic.write(tmp_path, lines)))
    assert conflict(runs) == ""


def test_a_run_that_another_pytorch_resumed_is_no_pair(tmp_path: Path) -> None:
    head, *lines = synthetic.lines(synthetic.header("sl"))
    again = {"kind": "resume", "epoch": 0, "provenance": {**head["provenance"], "packages": {"torch": "2.1"}}}
    runs = [read(synthetic.record(tmp_path, "ce")), read(synthetic.write(tmp_path, [head, again, *lines]))]
    assert conflict(runs) == "PyTorch 2.0 against 2.0, 2.1"


def test_runs_of_another_precision_are_no_pair(tmp_path: Path) -> None:
    """Across groups, where nothing else keeps them apart."""
    lines = synthetic.lines(synthetic.header("sl"))
    lines[0]["config"]["precision"], lines[0]["identity"] = "bfloat16", "0" * 16
    synthetic.write(tmp_path, lines)
    synthetic.record(tmp_path, "ce")
    runs = sorted(load_all(tmp_path), key=lambda run: run.name("loss"))
    found, reasons = matched(*(Series.of([run]) for run in runs))
    assert (found, reasons) == ([], ["seed 0: precision bfloat16 against float32"])
    assert conflict(runs, precision=False) == ""
