"""The measured part of docs/reproduction-notes.md, from records alone."""

from collections.abc import Sequence

from sl.record import Run
from sl.tables import open_points, reported_epoch


def block(usual: Sequence[Run], changed: Sequence[Run]) -> str:
    """What each open point moves, and how much it matters which epoch is reported."""
    parts = [
        "### One point changed at a time",
        open_points.block(usual, changed),
        "### Which epoch is reported",
        reported_epoch.block(usual),
    ]
    return "\n\n".join(parts)
