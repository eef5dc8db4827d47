"""Which differences from SL the tables mark: only those that enough paired seeds can carry."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from sl.record import Noise, Sheet, load_all, sheets
from sl.stats import Estimate
from sl.tables import write_all
from sl.tables.layout import results_grid
from sl.tables.paired import Comparison, comparisons, note
from sl.tables.readme import results

NOISY = Noise("symmetric", 0.4)


def sheet_of(root: Path, seeds: dict[str, int], **options: Any) -> Sheet:
    """So many seeds of each loss; SL's invented curves are the highest on every seed, those of MAE near GCE's."""
    for loss, n in seeds.items():
        for seed in range(n):
            synthetic.record(root, loss, seed=seed, **options)
    (sheet,) = sheets(load_all(root))
    return sheet


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    return sheet_of(tmp_path_factory.mktemp("seven"), {"sl": 7, "ce": 7, "lsr": 6, "gce": 5})


def test_difference_is_sl_minus_the_other_over_shared_seeds(seven: Sheet) -> None:
    last = {loss: [run.epochs[-1]["test_accuracy"] for run in seven.series(loss, NOISY).runs] for loss in ("sl", "lsr")}
    found = comparisons(seven, "last epoch")[("lsr", NOISY)].difference
    assert found.n == 6
    assert found.mean == pytest.approx(100 * np.mean(np.subtract(last["sl"][:6], last["lsr"])))
    assert found.low < found.mean < found.high


def test_only_six_pairs_and_more_are_tested(seven: Sheet) -> None:
    found = {loss: comparison for (loss, _), comparison in comparisons(seven, "last epoch").items()}
    assert (found["ce"].p, found["lsr"].p, found["gce"].p) == (2 / 2**7, 2 / 2**6, None)
    assert found["ce"].corrected == 2 * (2 / 2**7)  # Holm: the smaller of the two tested counts twice
    assert found["lsr"].corrected == 2 / 2**6
    assert [bool(found[loss].mark) for loss in ("ce", "lsr", "gce")] == [True, True, False]


def test_marks_stand_beside_the_results(seven: Sheet) -> None:
    rows = {row[0]: row[2] for row in results_grid(seven, [], "last epoch").rows}
    marked = {name.split(" (")[0] for name, cell in rows.items() if cell.endswith(" *")}
    assert marked == {"CE", "LSR"}
    assert "*: differs from SL under the same noise, p < 0.05" in results(seven)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_fewer_than_six_pairs_carry_no_mark(tmp_path: Path, n: int) -> None:
    sheet = sheet_of(tmp_path, {"sl": n, "ce": 8})
    grid = results_grid(sheet, [], "last epoch")
    assert not any("*" in cell for row in grid.rows for cell in row)
    assert any(f"SL and another loss share {n} at most" in text for text in grid.notes)
    assert "*" not in results(sheet).replace("**", "")


def test_six_pairs_do_not_carry_three_losses(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, {"sl": 6, "ce": 6, "lsr": 6, "gce": 6})
    found = comparisons(sheet, "last epoch")
    assert found[("ce", NOISY)].p == 2 / 2**6
    assert not any(comparison.mark for comparison in found.values())
    assert "With 3 losses tested in a column and 6 seeds the first p cannot be below 0.0938." in note(found)


def test_without_sl_nothing_is_compared(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, {"ce": 6})
    assert comparisons(sheet, "last epoch") == {}
    assert not any("significant" in text for text in results_grid(sheet, [], "last epoch").notes)


def test_mark_needs_the_corrected_p() -> None:
    difference = Estimate(1.0, 6, 0.5, 1.5)
    assert Comparison(difference, 0.01, 0.06).mark == ""
    assert Comparison(difference, 0.01, 0.04).mark == " *"


def test_csv_holds_the_comparison(seven: Sheet, tmp_path: Path) -> None:
    list(write_all(list(seven.members), [], tmp_path))
    with (tmp_path / "cifar10_cpu.csv").open() as file:
        lines = {line["loss"]: line for line in csv.DictReader(file) if line["statistic"] == "best epoch"}
    found = comparisons(seven, "best epoch")[("ce", NOISY)]
    assert float(lines["ce"]["sl_minus_loss"]) == pytest.approx(found.difference.mean, abs=1e-4)
    assert (lines["ce"]["pairs_with_sl"], lines["gce"]["pairs_with_sl"], lines["sl"]["pairs_with_sl"]) == ("7", "5", "")
    assert (lines["gce"]["p"], float(lines["ce"]["p_holm"])) == ("", pytest.approx(found.corrected, abs=1e-4))
