"""Which published results are shown beside this project's, and the difference between the two."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sl.comparison import RunGroup
from sl.comparison.titles import model_title
from sl.record import Noise
from sl.record.shown import loss_order
from sl.scale import paper_scale
from sl.tables.published import PAPER, Published, Value
from sl.tables.results import REPORTED_EPOCHS, Result, result


@dataclass(frozen=True)
class ComparedCell:
    """One loss under one noise: this project's result and a published value; either may be missing."""

    loss: str
    noise: Noise
    result: Result | None
    published: Published | None = None
    value: Value | None = None

    @property
    def difference(self) -> float | None:
        """This project's mean minus the published one, in points; None if one of them is missing."""
        return None if self.result is None or self.value is None else self.result.mean - self.value.mean


def beside(group: RunGroup, published: Iterable[Published], statistic: str) -> list[Published]:
    """The published tables for the group's data set and recipe that report `statistic`, or whose epoch is unknown.

    The paper's own tables come first.
    """
    dataset, _, recipe = group.names
    epochs = ("unknown", REPORTED_EPOCHS.get(statistic))
    found = [table for table in published if table.dataset == dataset and recipe in table.beside]
    return sorted((table for table in found if table.epoch in epochs), key=lambda table: table.label != PAPER)


def obstacle(group: RunGroup, table: Published) -> str:
    """The reason why no difference from the published table is shown; empty if it is shown."""
    if not paper_scale(group.head):
        return "not comparable: scaled-down"
    return "" if model_title(group.head).lower() == table.model else "not comparable: other network"


def cells(group: RunGroup, published: Iterable[Published], statistic: str) -> Iterator[ComparedCell]:
    """The cells of a group's table, for each loss and noise: one for each published value, or one without any."""
    tables = beside(group, published, statistic)
    printed = {key for table in tables for key in table.cells}
    recorded = {(run.name("loss"), run.noise) for run in (*group.runs, *group.diverged)}
    for loss, noise in sorted(printed | recorded, key=lambda key: (loss_order(key[0]), key[1].order)):
        own = result(group, loss, noise, statistic)
        known = [table for table in tables if (loss, noise) in table.cells]
        found = [ComparedCell(loss, noise, own, table, table.cells[loss, noise]) for table in known]
        yield from found or [ComparedCell(loss, noise, own)]
