"""What a choice by noisy labels costs, on invented grids and as the page says it."""

from pathlib import Path

import numpy as np
import pytest
from held_out_runs import record
from scipy.stats import false_discovery_control, ttest_1samp

from sl.record import load_all
from studies.search.cost import ParameterGrid, accuracies_of, parameter_grids
from studies.search.page import block, points_page, searches_in

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
ROOT = Path(__file__).resolve().parents[2]

# Two points, two seeds. With seed 0 alone the noisy labels mislead, with both they do not.
SCORES = {0.1: (0.50, 0.70), 1.0: (0.55, 0.45)}
TESTS = {0.1: (0.9, 0.8), 1.0: (0.7, 0.6)}


@pytest.fixture
def grid(tmp_path: Path) -> ParameterGrid:
    for alpha, scores in SCORES.items():
        for seed, score in enumerate(scores):
            record(tmp_path, alpha, seed, score, TESTS[alpha][seed] - 0.1)
            record(tmp_path, alpha, seed, 0, TESTS[alpha][seed], holdout=None)
    (found,) = parameter_grids(load_all(tmp_path))
    return found


def test_a_grid_is_what_was_run_both_ways(grid: ParameterGrid) -> None:
    assert [point["alpha"] for point in grid.points] == [0.1, 1]
    assert grid.seeds == (0, 1)
    np.testing.assert_allclose(grid.scores, list(SCORES.values()))
    np.testing.assert_allclose(grid.tests, list(TESTS.values()))
    np.testing.assert_allclose(grid.held_tests, np.array(list(TESTS.values())) - 0.1)
    assert len(grid.runs) == 8


def test_points_without_all_seeds_are_left_out(grid: ParameterGrid, tmp_path: Path) -> None:
    record(tmp_path, 10, 0, 0.99, 0.99)
    record(tmp_path, 10, 0, 0.99, 0.99, holdout=None)
    (found,) = parameter_grids(load_all(tmp_path))
    assert found.points == grid.points


def test_choices_and_their_cost(grid: ParameterGrid) -> None:
    assert grid.oracle == 0
    assert grid.choices(1) == [1, 0]
    assert grid.choices(2) == [0]
    np.testing.assert_allclose(grid.behind(grid.tests), [0, 0.2])


def test_the_test_accuracies_of_one_choice(grid: ParameterGrid, tmp_path: Path) -> None:
    for seed in (0, 1):
        record(tmp_path, 0.2, seed, 0, 0.9 + seed / 20, holdout=None)
    runs = load_all(tmp_path)
    np.testing.assert_allclose(accuracies_of(grid, grid.points[0] | {"alpha": 0.2}, runs), [0.9, 0.95])
    assert accuracies_of(grid, grid.points[0] | {"alpha": 0.3}, runs) is None


def test_the_page_says_it(grid: ParameterGrid, tmp_path: Path) -> None:
    for seed in (0, 1):
        record(tmp_path, 0.2, seed, 0, 0.95, holdout=None)
    search = {"seeds": [0, 1], "trials": [{"runs": [grid.runs[0].identity]}]}
    search["best"] = {"parameters": {"loss.alpha": 0.2}}
    lines = block(load_all(tmp_path), [search]).splitlines()
    rows = {line.split(" | ")[0].lstrip("| "): line.split(" | ")[1:] for line in lines if line.startswith("| ")}
    assert rows["clean test labels: α 0.1, β 1, A −9.21"][:3] == ["85.0 ± 7.1", "0.0", "0.0"]
    assert rows["noisy labels, 1 seed a point: 2 choices"][:3] == ["75.0", "10.0", "20.0"]
    assert rows["noisy labels, 2 seeds a point: α 0.1, β 1, A −9.21"][1] == "0.0"
    assert rows["noisy labels, Optuna, 1 trials of 2 seeds from 0: α 0.2, β 1, A −9.21"][1] == "-10.0"
    assert rows["chance, any of the points"][:3] == ["75.0", "10.0", "20.0"]
    assert "| α 0.1, β 1, A −9.21 | 60.0 ± 14.1 |" in points_page(load_all(tmp_path))


def test_without_records_it_says_so() -> None:
    assert block([], []) == "Nothing recorded yet."


@pytest.mark.results
def test_the_page_is_up_to_date() -> None:
    text = (ROOT / "docs/choosing-parameters.md").read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0].strip()
    results = ROOT / "results/search"
    runs = load_all(results / "runs")
    assert shown == block(runs, searches_in(results)).strip(), "run: make tables"
    assert (results / "points.md").read_text(encoding="utf-8") == points_page(runs), "run: make tables"


@pytest.mark.results
def test_whether_to_search_follows_from_the_points() -> None:
    """How far a search with three seeds, and values made for other data (0.1 and 1), end behind the best."""
    text = (ROOT / "docs/choosing-parameters.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| noisy labels, 3 seeds a point")]
    assert [f"{float(line.split('|')[3]):.0f}" for line in lines] == ["2", "4"]
    of_other_data = []
    for part in (ROOT / "results/search/points.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| α ")]
        accuracy = {row[0].strip(): float(row[-1].split("±")[0]) for row in rows}
        assert max(accuracy, key=accuracy.__getitem__) == "α 0.01, β 1, A −9.21"
        of_other_data.append(f"{max(accuracy.values()) - accuracy['α 0.1, β 1, A −9.21']:.0f}")
    assert of_other_data == ["7", "8"]
    said = " ".join(text.split())
    assert "a search with three seeds came 2 and 4 points behind them" in said
    assert "(0.1 and 1, in place of 0.01 and 1) came 7 and 8 points behind" in said


@pytest.mark.results
def test_what_a_tenfold_beta_brings_with_asymmetric_noise() -> None:
    (grid,) = (one for one in parameter_grids(load_all(ROOT / "results/search/runs")) if len(one.points) == 9)
    tests = {(point["alpha"], point["beta"]): grid.tests[place] for place, point in enumerate(grid.points)}
    gaps = [100 * (tests[alpha, beta] - tests[alpha, 10 * beta]) for alpha in (0.01, 0.1, 1.0) for beta in (0.1, 1.0)]
    p = false_discovery_control([ttest_1samp(gap, 0).pvalue for gap in gaps])
    cells = [f"{gap.mean():+.1f}{' *' * bool(q < 0.05)}".replace("-", "−") for gap, q in zip(gaps, p, strict=True)]
    page = (ROOT / "docs/choosing-parameters.md").read_text(encoding="utf-8")
    _, _, table = page.partition("| alpha | beta 0.1 minus beta 1 | beta 1 minus beta 10 |\n|---|---|---|\n")
    expected = [f"| {alpha:g} | {cells[2 * row]} | {cells[2 * row + 1]} |" for row, alpha in enumerate((0.01, 0.1, 1))]
    assert table.splitlines()[:3] == expected
