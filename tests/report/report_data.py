"""What a report holds of invented records."""

from pathlib import Path
from typing import Any

from sl.record import load_all
from sl.report.contents import contents
from sl.tables import load

LITERATURE = load(Path(__file__).parents[2] / "results" / "paper")
SEEDS = (0, 1, 2)


def data_of(root: Path) -> dict[str, Any]:
    """All that the page of the records in `root` holds; its folders lie beside `root`."""
    return contents(load_all(root), LITERATURE, root.parent / "out", root.parent / "figures", root.parent / "audit")


def series_of(group: dict[str, Any], loss: str) -> dict[str, Any]:
    """The series of a loss with the parameters that stand for it."""
    return next(series for series in group["series"] if series["loss"] == loss and series["main"])
