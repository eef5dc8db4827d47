"""The table of a sweep against means, intervals and tests that scipy computes from the same accuracies."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import synthetic
from scipy import stats
from sweep_runs import ALPHAS, BETAS, SEEDS, accuracy, sweep_of

from sl.comparison.sweeps import sweeps
from sl.record import load_all
from sl.tables import sweep as table


def test_only_clean_test_labels_are_called_clean(swept: Path) -> None:
    assert "Test labels are clean here: do not" in "".join(table.notes(sweep_of(swept)))
    for path in swept.glob("*/*.jsonl"):
        head, *rest = path.read_text().splitlines(keepends=True)
        known = json.loads(head)
        known["data"]["labels"] = "given"
        path.write_text(json.dumps(known) + "\n" + "".join(rest))
    notes = "".join(table.notes(sweep_of(swept)))
    assert "clean" not in notes
    assert "The test labels may be as noisy as the training labels: do not choose" in notes


def test_every_point_has_its_mean_interval_and_paired_difference(swept: Path) -> None:
    sweep = sweep_of(swept)
    assert sweep.varied == ("loss.alpha", "loss.beta")
    assert [(p.values["loss.alpha"], p.values["loss.beta"]) for p in sweep.points] == [
        (alpha, beta) for alpha in ALPHAS for beta in BETAS
    ]
    (base,) = set(sweep.references)
    assert base.values == {"loss.alpha": 0.1, "loss.beta": 1.0}  # as configs/ state for CIFAR-10
    reference = 100 * np.array([accuracy(0.1, 1.0, seed) for seed in SEEDS])
    p_values = []
    for point, (difference, _) in zip(sweep.points, sweep.differences, strict=True):
        own = 100 * np.array([accuracy(*point.values.values(), seed) for seed in SEEDS])
        assert point.accuracy.mean == pytest.approx(own.mean())
        expected = stats.t.interval(0.95, 2, own.mean(), stats.sem(own))
        assert point.accuracy.interval == pytest.approx(expected)
        if point is not base:
            assert difference.mean == pytest.approx((own - reference).mean())
            p_values.append(stats.ttest_rel(own, reference).pvalue)
    corrected = [p for _, p in sweep.differences if p is not None]
    assert corrected == pytest.approx(list(stats.false_discovery_control(p_values)))


def test_the_table_says_the_same_in_three_forms(swept: Path) -> None:
    sweep = sweep_of(swept)
    shown = list(table.text(sweep))
    assert len(shown) == 1 + 6 + 2
    assert shown[0].split()[:3] == ["alpha", "beta", "n"]
    (base,) = (line for line in shown[1:] if line.endswith("  reference"))
    assert base.split()[:4] == ["0.1", "1", "3", f"{sweep.references[0].accuracy.mean:.2f}"]
    reference = np.array([accuracy(0.1, 1.0, seed) for seed in SEEDS])
    marked = {bool(p is not None and p < 0.05) for _, p in sweep.differences}
    assert marked == {True, False}
    lines = table.rows(sweep)[1]
    assert [line[-1].endswith(" *") for line in lines] == [p is not None and p < 0.05 for _, p in sweep.differences]
    for row, point in zip(csv.DictReader(io.StringIO(table.comma(sweep))), sweep.points, strict=True):
        own = np.array([accuracy(*point.values.values(), seed) for seed in SEEDS])
        ends = stats.t.interval(0.95, 2, 100 * own.mean(), 100 * stats.sem(own))
        assert (float(row["low"]), float(row["high"])) == pytest.approx(ends)
        if point not in sweep.references:
            assert float(row["difference"]) == pytest.approx(100 * (own - reference).mean())
        else:
            assert row["difference"] == row["p_adjusted"] == ""
        assert float(row["mean"]) == point.accuracy.mean
        assert (row["n"], row["seeds"], float(row["loss.alpha"])) == ("3", "0 1 2", point.values["loss.alpha"])
    assert table.markdown(sweep).count("\n|") == 1 + 1 + 6


def test_a_mark_needs_the_corrected_p(tmp_path: Path) -> None:
    """Alone the p of alpha 1 is 0.04; of two comparisons it is 0.08."""
    gains = {0.1: (0.0, 0.0, 0.0), 1.0: (0.0064, 0.01, 0.0136), 0.01: (-0.01, 0.0, 0.01)}
    for alpha, by_seed in gains.items():
        for seed, gain in zip(SEEDS, by_seed, strict=True):
            synthetic.ending(tmp_path, 0.5 + gain, "sl", seed=seed, loss_options={"alpha": alpha})
    assert stats.ttest_1samp(gains[1.0], 0).pvalue == pytest.approx(0.04, abs=0.001)
    lines = table.rows(sweep_of(tmp_path))[1]
    assert [line[-1].split(" ")[0] for line in lines] == ["+0.00", "reference", "+1.00"]
    assert not any(line[-1].endswith(" *") for line in lines)


def test_a_parameter_that_is_fixed_stands_in_title_and_csv(tmp_path: Path) -> None:
    part = {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 5.0, "beta": 1.0, "log_zero": -4.0}
    for beta in (0.1, 1.0):
        synthetic.record(tmp_path, "lsr_sl", loss_options={"term": {**part, "beta": beta}})
    (sweep,) = sweeps(load_all(tmp_path))
    assert sweep.title.startswith("LSR + SL (ε 0.1, α 5, A −4), symmetric 40 % · ")
    assert table.rows(sweep)[0][0] == "term.beta"  # the loss may have a beta of its own
    rows = list(csv.DictReader(io.StringIO(table.comma(sweep))))
    assert [(row["loss.term.beta"], row["loss.term.alpha"], row["loss.epsilon"]) for row in rows] == [
        ("0.1", "5.0", "0.1"),
        ("1", "5.0", "0.1"),
    ]


def test_one_comparison_is_not_said_to_be_corrected(swept: Path) -> None:
    for run in load_all(swept):
        if run.name("loss") == "ce" or run.loss["beta"] == 0.5 or run.loss["alpha"] == 0.01:
            run.path.unlink()
    sweep = sweep_of(swept)
    assert sum(difference.tested for difference, _ in sweep.differences) == 1
    assert "*: p < 0.05, with 3 seeds at least. Test labels are clean here" in table.markdown(sweep)


def test_seeds_of_all_points_are_named_and_an_option_that_a_point_lacks_is_a_dash(tmp_path: Path) -> None:
    for seed, options in ((0, {}), (1, {}), (5, {"clip_norm": 4.25})):
        synthetic.record(tmp_path, "ce", seed=seed, recipe_options=options)
    (sweep,) = sweeps(load_all(tmp_path))
    assert [line[0] for line in table.rows(sweep)[1]] == ["4.25", "–"]
    assert "mean over n seeds (0, 1, 5)" in table.notes(sweep)[0]


def test_refused_pairs_stand_below_the_table(tmp_path: Path) -> None:
    for alpha, version in ((0.1, "2.0"), (1.0, "9.9")):
        for seed in SEEDS:
            path = synthetic.record(tmp_path, "sl", seed=seed, loss_options={"alpha": alpha})
            if seed != 1:
                path.write_text(path.read_text().replace('"torch": "2.0"', f'"torch": "{version}"'))
    sweep = sweep_of(tmp_path)
    assert sorted(difference.n for difference, _ in sweep.differences) == [0, 1]
    line = "Pairs refused: seed 0: PyTorch 2.0 against 9.9; seed 2: PyTorch 2.0 against 9.9."
    assert list(table.text(sweep))[-1] == line
    assert f"- {line}\n" in table.markdown(sweep)


def test_diverged_runs_stand_below_the_table(tmp_path: Path) -> None:
    """A point can rest on the seeds that are left, or be missing with all of its own."""
    for alpha, beta, lost in (
        (0.1, 1.0, ()),
        (0.5, 1.0, (2,)),
        (10.0, 1.0, SEEDS),
        (2.0, 1.0, SEEDS),
        (0.1, 9.0, (0,)),
    ):
        for seed in SEEDS if beta == 1.0 else lost:
            write = synthetic.diverged if seed in lost else synthetic.record
            write(tmp_path, "sl", seed=seed, loss_options={"alpha": alpha, "beta": beta})
    (sweep,) = sweeps(load_all(tmp_path))
    assert [line[:2] for line in table.rows(sweep)[1]] == [["0.1", "3"], ["0.5", "2"]]
    said = "alpha 0.1, beta 9: 1 run; alpha 0.5, beta 1: 1 run; alpha 2, beta 1: 3 runs; alpha 10, beta 1: 3 runs"
    assert table.notes(sweep)[-1] == f"Diverged, in no mean: {said}."
