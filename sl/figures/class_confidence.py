"""The paper's Fig. 4 and its SL counterpart: what is predicted for one class's rightly labelled training images."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.bars import MOST_BARS, Group, class_bars, key, stage_group
from sl.figures.panels import empty, footer, panels, series_title
from sl.record import STAGES, Noise, Run, Series, Sheet
from sl.record.run import Array

NOISY = Noise("symmetric", 0.4)
LOSSES = ("ce", "sl")


def probed_class(run: Run) -> int:
    """Number of the class that the run looked at."""
    return run.probes["late"]["probe_class"]


def confidence(run: Run, stage: str) -> Array:
    """Mean softmax confidence of each class over the probed images, (K,), in percent."""
    return 100 * run.probe_values(stage, "confidence")


def predictions(run: Run, stage: str) -> Array:
    """Share of the probed images predicted as each class, (K,), in percent."""
    return 100 * run.probe_values(stage, "predictions") / run.probes[stage]["count"]


MEASURES = {"confidence": confidence, "predictions": predictions}


def draw(sheet: Sheet) -> Figure | None:
    """For CE and for SL: mean confidence and distribution of predictions; None without any of the runs."""
    recorded = {loss: sheet.series(loss, NOISY) for loss in LOSSES}
    classes = Counter(probed_class(run) for series in recorded.values() if series for run in series.runs)
    found = {loss: _probing(series, classes.most_common(1)[0][0]) for loss, series in recorded.items() if classes}
    drawn = [series for series in found.values() if series]
    if not drawn:
        return None
    name = sheet.head.class_labels[probed_class(drawn[0].runs[0])]
    figure, axes = panels(f"Rightly labelled training images of class {name}", 4, 1, 1.75, share_y=True)
    cells = [(what, loss) for what in MEASURES for loss in LOSSES]
    for place, (what, loss) in enumerate(cells):
        series, panel = found[loss], axes[place]
        panel.set_title(f"({'abcd'[place]}) {what}: {series_title(sheet, loss, NOISY, series)}")
        panel.set(ylabel=f"{what} (%)", ylim=(0, 116), yticks=range(0, 101, 25))
        if series is None:
            empty(panel, sheet.pending(loss, NOISY))
        else:
            groups = _stages(panel, series, MEASURES[what])
    key(axes[0], groups)
    counts = sorted({run.probes["late"]["count"] for series in drawn for run in series.runs})
    images = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
    runs = [run for series in drawn for run in series.runs]
    note = f"Mean softmax confidence and share of predictions over {images} images in each run."
    if len(sheet.head.class_names) > MOST_BARS:
        note += f" Shown are the {MOST_BARS} classes that are highest at the late stage."
    return footer(figure, runs, note, "Whiskers")


def _probing(series: Series | None, label: int) -> Series | None:
    """Those runs of the series that looked at this class and found rightly labelled images of it."""
    runs = series.runs if series else ()
    chosen = [run for run in runs if probed_class(run) == label and run.probes["late"]["count"]]
    return Series.of(chosen) if chosen else None


def _stages(axes: Axes, series: Series, value: Callable[[Run, str], Array]) -> list[Group]:
    groups = []
    for stage in STAGES:
        epoch = series.runs[0].probes[stage]["epoch"]
        groups.append(stage_group(stage, series.mean(value, stage), series.std(value, stage), epoch))
    labels, late = series.runs[0].class_labels, groups[-1].mean
    chosen = sorted(np.argsort(-late, kind="stable")[:MOST_BARS].tolist())
    class_bars(axes, [labels[index] for index in chosen], [group.only(chosen) for group in groups])
    return groups
