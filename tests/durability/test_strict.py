"""A damaged record: every command that reads records goes on without it, and stops there with strict=true."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import synthetic
from in_process import as_before, run

READERS = {
    "choose": (),
    "figures": ("out=out",),
    "tables": ("out=out",),
    "claims": ("out=out",),
    "report": ("out=out",),
    "sweep_table": ("out=out",),
    "open_points": ("changed_dir=runs", "page=page.md", "table_only=true"),
    "parity": ("out=out/parity.md", "table_only=true"),
    "search_cost": ("page=page.md",),
    "track": ("tracker=csv", "figures=false"),
    "reproduce": ("experiment=demo", "scale=paper", "results_dir=out", "plan_only=true"),
}


@pytest.fixture(autouse=True)
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One of two records in `runs` of the working folder."""
    monkeypatch.chdir(tmp_path)
    synthetic.record(Path("runs"), seed=0)
    path = synthetic.record(Path("runs"), seed=1)
    path.write_text(path.read_text().replace('"epoch": 2', '"epoch": 3', 1))
    Path("page.md").write_text("<!-- measured:begin -->\n<!-- measured:end -->\n")
    with as_before():
        yield path


@pytest.mark.parametrize("command", READERS)
def test_strict_stops_at_it(command: str, damaged: Path) -> None:
    place = {"search_cost": "results_dir=.", "track": "runs=runs"}.get(command, "runs_dir=runs")
    code, said = run(command, place, *READERS[command], "strict=true")
    assert code == 2
    assert said.startswith(f"sl: error: {damaged} line ")
    assert said.count("\n") == 1
    if command != "reproduce":  # which reads all records after its last run only, unless it is strict
        _, said = run(command, place, *READERS[command])
        assert said.startswith(f"sl: left out: {damaged} line ")
