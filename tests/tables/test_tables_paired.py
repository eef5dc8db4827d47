"""Which differences from SL the tables mark: only those that enough like pairs can carry."""

import csv
from pathlib import Path

import numpy as np
import pytest
import synthetic
from scipy import stats

from sl.comparison import RunGroup, run_groups
from sl.record import Noise, load_all
from sl.stats import Inference
from sl.tables import Literature, write_all
from sl.tables.layout import results_table
from sl.tables.paired import Comparison, comparisons
from sl.tables.readme import results

NOISY = Noise("symmetric", 0.4)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> RunGroup:
    return synthetic.run_group_of(tmp_path_factory.mktemp("several"), {"sl": 7, "ce": 7, "lsr": 6, "gce": 2})


def test_difference_is_sl_minus_the_other_over_shared_seeds(several: RunGroup) -> None:
    last = {loss: [run.last() for run in several.series(loss, NOISY).runs] for loss in ("sl", "lsr")}
    found = comparisons(several, "last epoch")[("lsr", NOISY)].difference
    gains = 100 * np.subtract(last["sl"][:6], last["lsr"])
    test = stats.ttest_1samp(gains, 0)
    assert (found.n, found.mean, found.p) == (6, pytest.approx(gains.mean()), pytest.approx(test.pvalue))
    assert found.interval == pytest.approx(tuple(test.confidence_interval()))


def test_the_correction_is_over_what_three_pairs_carry(several: RunGroup) -> None:
    found = {loss: comparison for (loss, _), comparison in comparisons(several, "last epoch").items()}
    expected = stats.false_discovery_control([found["ce"].difference.p, found["lsr"].difference.p])
    assert [found["ce"].p_adjusted, found["lsr"].p_adjusted] == pytest.approx(expected)
    assert (found["gce"].p_adjusted, found["gce"].mark) == (None, "")


def test_marks_stand_beside_the_results(several: RunGroup) -> None:
    grid = results_table(several, [], "last epoch")
    marked = {row[0].split(" (")[0] for row in grid.rows if row[2].endswith(" *")}
    assert marked == {"CE", "LSR"}
    assert any("corrected for the 2 comparisons with SL in this setting" in note for note in grid.notes)
    assert "*: differs from SL under the same noise, p < 0.05" in results(several)


def test_a_difference_has_the_same_mark_on_every_page(tmp_path: Path) -> None:
    """README shows CE and LSR: by its two comparisons alone, LSR would have a mark that it lacks in results/tables."""
    gains = {
        "ce": (1.0, 1.3, 1.15),
        "lsr": (0.8, 1.5, 1.0),
        "mae": (-1, 0, 1),
        "rce": (-1, 0, 1.1),
        "lsr_sl": (-1, 1, 1),
    }
    p = [stats.ttest_1samp(values, 0).pvalue for values in gains.values()]
    assert max(stats.false_discovery_control(p[:2])) < 0.05 < stats.false_discovery_control(p)[1]
    for seed in range(3):
        synthetic.ending(tmp_path, 0.5, "sl", seed=seed)
        for loss, of_loss in gains.items():
            synthetic.ending(tmp_path, 0.5 - of_loss[seed] / 100, loss, seed=seed)
    (group,) = run_groups(load_all(tmp_path))
    whole = [row[-1] for row in results_table(group, [], "last epoch").rows if row[-1].endswith("*")]
    shown = [line.split("|")[2].strip() for line in results(group).splitlines() if line.endswith("* |")]
    assert whole == shown == ["48.85 ± 0.15 (3) *"]
    assert "corrected for the 5 comparisons with SL in this setting (Benjamini and Hochberg)." in results(group)


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_three_pairs_carry_no_mark(tmp_path: Path, n: int) -> None:
    group = synthetic.run_group_of(tmp_path, {"sl": n, "ce": 8})
    grid = results_table(group, [], "last epoch")
    assert not any("*" in cell for row in grid.rows for cell in row)
    assert not any(note.startswith("*") for note in grid.notes)
    assert "*" not in results(group).replace("**", "")


def test_pairs_of_another_pytorch_carry_no_mark(tmp_path: Path) -> None:
    group = synthetic.run_group_of(tmp_path, {"sl": 4, "ce": 4})
    for run in group.series("sl", NOISY).runs[1:]:
        run.header.provenance.packages["torch"] = "9.9"
    (found,) = comparisons(group, "last epoch").values()
    assert (found.difference.n, found.mark, len(found.refused)) == (1, "", 3)
    notes = results_table(group, [], "last epoch").notes
    assert any(note.startswith("Pairs refused: seed 1: PyTorch 2.0 against 9.9; seed 2") for note in notes)


def test_losses_without_a_shared_seed_have_no_pair(tmp_path: Path) -> None:
    for loss, seed in (("sl", 0), ("ce", 1)):
        synthetic.record(tmp_path / "runs", loss, seed=seed)
    list(write_all(load_all(tmp_path / "runs"), Literature(), tmp_path))
    with (tmp_path / "cifar10_cpu.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["loss"] == "ce"]
    assert {(line["pairs_with_sl"], line["sl_minus_loss"], line["low"], line["p"]) for line in lines} == {
        ("0", "", "", "")
    }


def test_without_sl_nothing_is_compared(tmp_path: Path) -> None:
    assert comparisons(synthetic.run_group_of(tmp_path, {"ce": 6}), "last epoch") == {}


def test_mark_needs_the_corrected_p() -> None:
    difference = Inference(1.0, 6, (0.5, 1.5), 0.01)
    assert Comparison(difference, (), 0.06).mark == ""
    assert Comparison(difference, (), 0.04).mark == " *"


def test_csv_holds_the_comparison(several: RunGroup, tmp_path: Path) -> None:
    list(write_all(list(several.members), Literature(), tmp_path))
    with (tmp_path / "cifar10_cpu.csv").open() as file:
        lines = {line["loss"]: line for line in csv.DictReader(file) if line["statistic"] == "best epoch"}
    found = comparisons(several, "best epoch")[("ce", NOISY)]
    assert float(lines["ce"]["sl_minus_loss"]) == pytest.approx(found.difference.mean, abs=1e-4)
    ends = (float(lines["ce"]["low"]), float(lines["ce"]["high"]))
    assert ends == pytest.approx(found.difference.interval, abs=1e-4)
    assert ends[0] < ends[1]
    assert (lines["ce"]["pairs_with_sl"], lines["gce"]["pairs_with_sl"], lines["sl"]["pairs_with_sl"]) == ("7", "2", "")
    assert found.difference.p < found.p_adjusted
    assert float(lines["ce"]["p"]) == pytest.approx(found.difference.p, rel=1e-3)
    assert float(lines["ce"]["p_adjusted"]) == pytest.approx(found.p_adjusted, rel=1e-3)
    assert lines["gce"]["p_adjusted"] == ""


def test_a_small_p_keeps_its_digits(tmp_path: Path) -> None:
    """SL is ahead of CE by about the same on every seed, and p is 3e-5."""
    spread = np.array([-1.0, 0.3, 0.7, -0.4, 0.4])
    sure = stats.t.isf(3e-5 / 2, len(spread) - 1) * stats.sem(spread)  # the mean gain in the unit of the spread
    for seed, gain in enumerate(0.02 * (1 + spread / sure)):
        for loss, accuracy in (("ce", 0.5), ("sl", 0.5 + gain)):
            synthetic.ending(tmp_path / "runs", accuracy, loss, seed=seed)
    list(write_all(load_all(tmp_path / "runs"), Literature(), tmp_path))
    with (tmp_path / "cifar10_cpu.csv").open() as file:
        (line,) = (one for one in csv.DictReader(file) if (one["statistic"], one["loss"]) == ("last epoch", "ce"))
    assert float(line["p"]) == pytest.approx(3e-5, rel=1e-3)
    assert float(line["p_adjusted"]) == pytest.approx(3e-5, rel=1e-3)
    assert float(line["sl_minus_loss"]) == pytest.approx(2)
