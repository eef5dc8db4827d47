"""docs/speed.md says what the files in results/bench say."""

import json
from itertools import takewhile
from pathlib import Path

import pytest

from sl.bench.report import ablation_lines, comparison_table, grid_words, summary_table, surroundings_table

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "results" / "bench").glob("*.json"))
COMPARISONS = [path for path in FILES if not path.stem.endswith("-ablation")]
GIBI = 2**30
pytestmark = pytest.mark.results


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_tables_are_those_of_the_measurements(path: Path) -> None:
    page = (ROOT / "docs" / "speed.md").read_text().splitlines()
    record = json.loads(path.read_text())
    if path.stem.endswith("-ablation"):
        lines = ablation_lines(record)
        assert path.with_suffix(".md").read_text().splitlines() == lines
    else:
        lines = comparison_table(record)
    tables = [line for line in lines if line.startswith("|")]
    assert tables
    assert set(tables) <= set(page)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_measurements_are_of_committed_code(path: Path) -> None:
    record = json.loads(path.read_text())
    assert record["commit"]
    assert record["dirty"] is not True  # null where a copy of the code was measured, without the history
    assert all(measured["rounds"] >= 3 for measured in record["cases"].values())


def test_the_page_says_what_surrounds_the_rates() -> None:
    page = (ROOT / "docs" / "speed.md").read_text().splitlines()
    records = [json.loads(path.read_text()) for path in COMPARISONS]
    assert set(surroundings_table(records)) <= set(page)
    sentences = " ".join(" ".join(page).split())
    assert all(grid_words(record["grid"]) in sentences for record in records)


@pytest.mark.parametrize("path", COMPARISONS, ids=lambda path: path.stem)
def test_memory_and_start_stay_within_what_the_page_promises(path: Path) -> None:
    record = json.loads(path.read_text())
    for measured in record["cases"].values():
        peak = measured["engine"].get("peak_bytes")  # not measured in the oldest file
        assert peak is None or peak < measured["engine"]["data_bytes"] + 2 * GIBI
        assert measured["start"]["second_run_seconds"] < 1
    assert record.get("help_seconds", 0) < 2


def test_the_readme_says_how_much_faster() -> None:
    records = [json.loads(path.read_text()) for path in COMPARISONS]
    page = (ROOT / "README.md").read_text().splitlines()
    table = takewhile(lambda line: line.startswith("|"), page[page.index(summary_table([])[0]) :])
    assert [line for line in table if "not measured yet" not in line] == summary_table(records)
    for_gpu = [line for line in page if line.startswith("| one H200 or H100 |")]
    measured = any(record["machine"]["gpu"] for record in records)
    assert bool(for_gpu) != measured, "a GPU stands as not measured yet, or with what was measured"
    assert all("not measured yet" in line for line in for_gpu)
