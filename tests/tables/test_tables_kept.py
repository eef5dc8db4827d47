"""The tables kept with the records are theirs."""

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
    kept = (RESULTS / "tables" / "parity.md").read_text(encoding="utf-8")
    assert kept == page(run for folder in ("runs", "parity/runs") for run in load_all(RESULTS / folder))
