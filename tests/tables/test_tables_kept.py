"""The tables kept with the records are theirs."""

import re
from pathlib import Path

import pytest

from sl.record import load_all
from sl.tables import load, write_all
from studies.parity import page

RESULTS = Path(__file__).resolve().parents[2] / "results"


@pytest.mark.results
def test_the_tables_kept_with_the_records_are_theirs(tmp_path: Path) -> None:
    list(write_all(load_all(RESULTS / "runs"), load(RESULTS / "paper"), tmp_path))
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (RESULTS / "tables").glob("*.md")}
    del kept["parity.md"]
    assert written == kept, "run: make tables"


@pytest.mark.results
def test_the_parity_table_is_of_its_records() -> None:
    """A run that both folders have is that of parity/runs, made on the processor of its partner."""
    kept = (RESULTS / "tables" / "parity.md").read_text(encoding="utf-8")
    runs = {run.identity: run for folder in ("runs", "parity/runs") for run in load_all(RESULTS / folder)}
    assert kept == page(runs.values())


@pytest.mark.results
def test_what_is_said_of_precision_and_processor() -> None:
    said = " ".join((RESULTS.parent / "docs" / "speed.md").read_text(encoding="utf-8").split())
    rows = [
        line for line in (RESULTS / "tables" / "parity.md").read_text(encoding="utf-8").splitlines() if "Cnn8" in line
    ]
    bounds = [float(bound.replace("−", "-")) for row in rows for bound in re.findall(r"[+−][\d.]+(?=[,\]])", row)]
    assert f"All intervals include 0; those of cnn8 reach up to {max(map(abs, bounds)):.1f} points from it" in said
    again = {run.identity: run for run in load_all(RESULTS / "parity" / "runs")}
    both = [(run, again[run.identity]) for run in load_all(RESULTS / "runs") if run.identity in again]
    assert {(first.config.precision, second.config.precision) for first, second in both} == {("float32", "float32")}
    apart = [abs(first.last_percent() - second.last_percent()) for first, second in both]
    average = f"{sum(apart) / len(apart):.1f} points apart on average, {max(apart):.1f} at most"
    assert f"The same {len(both)} float32 runs on Zen 3 and on Zen 4 end {average}" in said
