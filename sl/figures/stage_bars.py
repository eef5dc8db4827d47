"""The paper's Fig. 3: test accuracy of each class at the early, middle and late stage; SL is added to its CE."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.bars import Group, class_bars, key, stage_group
from sl.figures.panels import empty, footer, panels, series_title
from sl.record import CLEAN, STAGES, Noise, Run, Series, Sheet

NOISY = Noise("symmetric", 0.4)
PANELS = (("ce", CLEAN), ("ce", NOISY), ("sl", NOISY))


def draw(sheet: Sheet) -> Figure | None:
    """Three panels: CE clean, CE and SL at 40 % symmetric noise; None without any of the runs."""
    found = {cell: sheet.series(*cell) for cell in PANELS}
    drawn = [series for series in found.values() if series]
    if not drawn:
        return None
    figure, axes = panels("Class-wise test accuracy at the early, middle and late stage", 3, 1, 2.15)
    for place, ((loss, noise), series) in enumerate(found.items()):
        axes[place].set_title(f"({'abc'[place]}) {series_title(sheet, loss, noise, series)}")
        axes[place].set(ylim=(0, 113), ylabel="test accuracy (%)", yticks=range(0, 101, 20))
        if series is None:
            empty(axes[place], sheet.pending(loss, noise))
        else:
            groups = _stages(axes[place], series)
    key(axes[0], groups)
    return footer(figure, (run for series in drawn for run in series.runs), _spreads(found), "Whiskers")


def _stages(axes: Axes, series: Series) -> list[Group]:
    epochs = series.runs[0].header["stages"]
    groups = []
    for stage in STAGES:
        mean, std = series.mean(Run.at_stage, stage), series.std(Run.at_stage, stage)
        groups.append(stage_group(stage, 100 * mean, 100 * std, epochs[stage]))
    class_bars(axes, series.runs[0].class_labels, groups)
    return groups


def _spreads(found: dict[tuple[str, Noise], Series | None]) -> str:
    """Best minus worst class of the mean bars, in words."""
    parts = []
    for place, series in enumerate(found.values()):
        if series:
            bars = [100 * series.mean(Run.at_stage, stage) for stage in STAGES]
            parts.append(f"({'abc'[place]}) " + " / ".join(f"{np.ptp(bar):.0f}" for bar in bars))
    return "Highest minus lowest bar, early / middle / late, in points: " + ", ".join(parts) + "."
