"""The paper's Fig. 3: test accuracy of each class at the early, middle and late stage, for CE as there and for SL."""

import numpy as np
from matplotlib.figure import Figure

from sl.comparison import RunGroup
from sl.figures.bars import class_bars, key, sorted_by, stage_groups, whiskers_of
from sl.figures.cells import lacking, runs_of, with_clean
from sl.figures.panels import footer, lettered, panels, series_title
from sl.numbers import fixed
from sl.record import Run


def draw(run_group: RunGroup) -> Figure | None:
    """A panel for CE on clean labels, and for CE and SL under the usual noise; None if none ran."""
    found = with_clean(run_group)
    if not found:
        return None
    figure, axes = panels("Class-wise test accuracy at the early, middle and late stage", len(found), 1, 2.15)
    spreads = []
    for place, ((loss, noise), series) in enumerate(found.items()):
        axes[place].set_title(lettered(place, series_title(run_group, loss, noise, series)))
        axes[place].set(ylim=(0, 113), ylabel="test accuracy (%)", yticks=range(0, 101, 20))
        groups = stage_groups(series, Run.stage_percent)
        class_bars(axes[place], series.runs[0].class_labels, groups, what="class")
        ranges = [np.nanmax(group.mean) - np.nanmin(group.mean) for group in groups]
        spreads.append(lettered(place, " / ".join(fixed(value, 0) for value in ranges)))
    key(axes[0], groups)
    labels = run_group.head.class_labels
    note = f"Best minus worst class, early / middle / late, in points: {', '.join(spreads)}."
    note += f" {sorted_by(labels)} {lacking(run_group, found)}"
    return footer(figure, runs_of(found.values()), note, whiskers_of(labels))
