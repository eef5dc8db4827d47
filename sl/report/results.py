"""The results of one group of runs beside published figures, and the published tables themselves."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sl.comparison import RunGroup
from sl.comparison.titles import named_loss
from sl.record import Noise
from sl.record.shown import dataset_title
from sl.report.numbers import hundredths
from sl.report.runs import positions
from sl.tables.compare import ComparedCell, beside, cells, obstacle
from sl.tables.layout import DIVERGED, conditions, published_table, source
from sl.tables.published import PAPER, Published
from sl.tables.results import STATISTICS


def results(group: RunGroup, published: Sequence[Published], places: dict[str, int]) -> list[dict[str, Any]]:
    """One table for each of STATISTICS: a row for each loss, in it a cell for each noise (None without any value)."""
    return [_table(group, published, statistic, places) for statistic in STATISTICS]


def _table(group: RunGroup, published: Sequence[Published], statistic: str, places: dict[str, int]) -> dict[str, Any]:
    found = list(cells(group, published, statistic))
    noises = sorted({cell.noise for cell in found}, key=lambda noise: noise.order)
    rows: list[dict[str, Any]] = [
        {
            "loss": named_loss(loss, group.variant(loss)),
            "cells": _row(group, list(of_loss), noises, places),
        }
        for loss, of_loss in groupby(found, key=lambda cell: cell.loss)
    ]
    return {
        "statistic": statistic,
        "noises": [noise.title for noise in noises],
        "rows": rows,
        "notes": [DIVERGED] if any(cell["diverged"] for row in rows for cell in row["cells"] if cell) else [],
        "sources": [_source(group, table) for table in beside(group, published, statistic)],
    }


def _row(
    group: RunGroup, of_loss: Sequence[ComparedCell], noises: Sequence[Noise], places: dict[str, int]
) -> list[dict[str, Any] | None]:
    by_noise = {noise: [cell for cell in of_loss if cell.noise == noise] for noise in noises}
    return [_cell(group, found, places) if found else None for found in by_noise.values()]


def _cell(group: RunGroup, found: Sequence[ComparedCell], places: dict[str, int]) -> dict[str, Any]:
    """This project's result, if any, how many runs diverged, and every published value beside it."""
    own, series = found[0].result, group.series(found[0].loss, found[0].noise)
    diverged = group.diverged_in_row(found[0].loss, found[0].noise)
    return {
        "own": {"text": str(own), "mean": hundredths(own.mean), "n": own.n} if own else None,
        "diverged": f"diverged ({len(diverged)})" if diverged else "",
        "runs": positions(series.runs, places) if series else [],
        "published": [_value(group, cell) for cell in found if cell.published],
    }


def _value(group: RunGroup, cell: ComparedCell) -> dict[str, Any]:
    table = cell.published
    assert table is not None
    return {
        "label": table.label,
        "text": str(cell.value),
        "paper": table.label == PAPER,
        "recalled": table.unchecked,
        "difference": None if obstacle(group, table) else hundredths(cell.difference),
    }


def _source(group: RunGroup, table: Published) -> dict[str, Any]:
    """Source, certainty and conditions of a published table, and the obstacle if no difference from it is given."""
    return {
        "label": table.label,
        "text": f"{source(table)}; {conditions(table)}",
        "obstacle": obstacle(group, table),
    }


def published_tables(published: Iterable[Published]) -> list[dict[str, Any]]:
    """Every published table as results/paper states it, and whether its values are not checked (`recalled`)."""
    return [
        {"dataset": dataset_title(table.dataset), "recalled": table.unchecked, **vars(published_table(table))}
        for table in published
    ]
