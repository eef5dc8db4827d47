"""Data sets that others published for and that nobody ran here yet have their place in the tables."""

from pathlib import Path

import synthetic

from sl.record import load_all
from sl.tables import load, write_all
from sl.tables.waiting import waiting_grids

PUBLISHED = load(Path(__file__).resolve().parents[2] / "results" / "paper")


def test_clothing1m_waits_with_the_paper_beside_it() -> None:
    grids = {grid.title.partition(":")[0]: grid for grid in waiting_grids({"cifar10"}, PUBLISHED)}
    assert "CIFAR-10" not in grids
    grid = grids["Clothing1M"]
    own = [row for row in grid.rows if row[1] == "this project"]
    assert {row[0] for row in own} >= {"CE", "Bootstrap (hard)", "Forward", "D2L", "GCE", "SL"}
    assert {cell for row in own for cell in row[2:]} == {"–"}
    sl = [row for row in grid.rows[grid.rows.index(next(row for row in own if row[0] == "SL")) + 1 :] if not row[0]]
    assert sl[0] == ["", "SL paper [1]", "71.02"]  # as the ELR paper copies it
    assert any("ELR paper" in note and note.startswith("[1]") for note in grid.notes)
    recalled = [row for row in grid.rows if row[-1].endswith("†")]
    assert recalled == [["", "SL paper [3]", value] for value in ("68.80 †", "68.94 †", "69.47 †")]


def test_every_row_has_a_cell_for_each_column() -> None:
    for grid in waiting_grids(set(), PUBLISHED):
        assert {len(row) for row in grid.rows} == {len(grid.header)}


def test_a_recorded_data_set_waits_no_longer(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce")
    list(write_all(load_all(tmp_path / "runs"), PUBLISHED, tmp_path / "out"))
    page = (tmp_path / "out" / "waiting.md").read_text(encoding="utf-8")
    assert "### CIFAR-100: " in page
    assert "### CIFAR-10: " not in page
    assert (tmp_path / "out" / "waiting.tex").read_text(encoding="utf-8").isascii()
