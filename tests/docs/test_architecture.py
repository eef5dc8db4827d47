"""docs/architecture.md: its paths exist, it names every room, and rooms import only what it says."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from fences import PAGES, ROOT

PAGE = ROOT / "docs" / "architecture.md"
TOP = ("configs", "docs", "notebooks", "scripts", "sl", "tests")  # what a checkout has before anything runs
UPSTREAM = {"data", "fused", "losses", "models", "noise", "recipes"}
READERS = {"claims", "comparison", "figures", "report", "tables"}
SINGLE_RUNS = {"config", "options", "record", "tracker", "train"}
TRAINING = {"audit", "reproduce", "saved", "search", "sweep", "tracker", "train"}


def paths(page: Path) -> Iterator[str]:
    """Paths of this repository between backticks; a part in <> stands for any name."""
    for code in re.findall(r"`([^`\s]+)`", page.read_text(encoding="utf-8")):
        place = code.partition("::")[0]
        if place.partition("/")[0] in TOP and "/" in place and "..." not in place:
            yield place


def test_every_named_path_exists() -> None:
    named = [(page.name, place) for page in PAGES for place in dict.fromkeys(paths(page))]
    assert len(named) > 100
    missing = [(page, place) for page, place in named if not any(ROOT.glob(re.sub(r"<\w+>", "*", place).rstrip("/")))]
    assert not missing


def test_every_room_is_on_the_page() -> None:
    rooms = {path.parent.name for path in (ROOT / "sl").glob("*/__init__.py")}
    named = set(re.findall(r"\bsl/(\w+)\b", PAGE.read_text(encoding="utf-8")))
    assert "train" in rooms
    assert rooms <= named


def imported_rooms(room: str) -> set[str]:
    """The rooms and modules of sl/ that a room, or a module beside it, imports anywhere, but for annotations only."""
    found = set[str]()
    for path in [*(ROOT / "sl").glob(f"{room}.py"), *(ROOT / "sl" / room).rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        unseen = {id(inner) for node in ast.walk(tree) if is_for_types(node) for inner in ast.walk(node)}
        modules = [
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and id(node) not in unseen
        ]
        found |= {module.split(".")[1] for module in modules if module and module.startswith("sl.")}
    return found


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


@pytest.mark.parametrize("room", sorted(UPSTREAM))
def test_what_a_run_is_made_of_knows_neither_trainer_nor_records(room: str) -> None:
    assert not imported_rooms(room) & {*READERS, *TRAINING, "record"}


@pytest.mark.parametrize("room", sorted(READERS))
def test_readers_know_records_alone(room: str) -> None:
    rooms = imported_rooms(room)
    assert "record" in rooms
    assert not rooms & {*UPSTREAM, *TRAINING}


@pytest.mark.parametrize("room", sorted(SINGLE_RUNS))
def test_what_trains_and_records_a_run_compares_none(room: str) -> None:
    assert "comparison" not in imported_rooms(room)


def test_rooms_stand_one_above_the_other() -> None:
    """No circle of imports between rooms and the modules beside them: graphlib would name it."""
    rooms = {path.stem for path in (ROOT / "sl").iterdir() if any(path.glob("*.py")) or path.suffix == ".py"}
    imported = {room: imported_rooms(room) & rooms - {room} for room in rooms}
    order = list(TopologicalSorter(imported).static_order())
    assert order.index("options") < order.index("config") < order.index("train") < order.index("commands")
    assert order.index("record") < order.index("paper") < order.index("scale") < order.index("comparison")


def test_every_room_is_a_package() -> None:
    assert {path.parent for path in (ROOT / "sl").rglob("*.py")} == {
        path.parent for path in (ROOT / "sl").rglob("__init__.py")
    }
