"""The paper's Fig. 4 and its SL counterpart: what is predicted for one class's rightly labelled training images."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.figures.bars import MOST_BARS, Bars, class_bars, key, stage_groups
from sl.figures.cells import lacking, runs_of, series_to_draw, usual_noise
from sl.figures.panels import footer, lettered, panels, series_title
from sl.numbers import ends
from sl.record import STAGES, Run
from sl.record.run import Array


def probed_class(run: Run) -> int:
    """Number of the class whose images the run probed."""
    return run.probes["late"].probe_class


def confidence(run: Run, stage: str) -> Array:
    """Mean softmax confidence of each class over the probed images, (K,), in percent."""
    return 100 * run.probe_values(stage, "confidence")


def predictions(run: Run, stage: str) -> Array:
    """Share of the probed images predicted as each class, (K,), in percent."""
    return 100 * run.probe_values(stage, "predictions") / run.probes[stage].count


MEASURES = {"confidence": confidence, "predictions": predictions}


def draw(run_group: RunGroup) -> Figure | None:
    """For CE and for SL: mean confidence and distribution of predictions; None where no run probed an image."""
    recorded = series_to_draw(run_group, usual_noise(run_group))
    label = most_probed(runs_of(recorded.values()))
    found = {cell: probed for cell, series in recorded.items() if (probed := probing(series, label))}
    if not found:
        return None
    cells = [(what, cell) for what in MEASURES for cell in found]
    given = usual_noise(run_group).kind == "given"
    kind = "Training images with the label" if given else "Rightly labelled images of class"
    title = f"{kind} {_numbered(label, run_group.head.class_names[label])}: what is predicted for them"
    figure, axes = panels(title, len(cells), 1, 1.75, share_y=True)
    for place, (what, cell) in enumerate(cells):
        axes[place].set_title(lettered(place, f"{what}: {series_title(run_group, *cell, found[cell])}"))
        axes[place].set(ylabel=f"{what} (%)", ylim=(0, 116), yticks=range(0, 101, 25))
        groups = _stages(axes[place], found[cell], MEASURES[what])
    key(axes[0], groups)
    runs = runs_of(found.values())
    images = ends([run.probes["late"].count for run in runs], "{:,}")
    note = f"Mean softmax confidence and share of predictions over {images} images in each run. "
    note += lacking(run_group, found, clean=False)
    if len(run_group.head.class_names) > MOST_BARS:
        note += f" Each panel shows the {MOST_BARS} classes with the highest values at the late stage."
    return footer(figure, runs, note, "Whiskers")


def _numbered(label: int, name: str) -> str:
    """The class as in a sentence.

    >>> _numbered(3, "cat"), _numbered(3, "3")
    ('3 (cat)', '3')
    """
    return str(label) if name == str(label) else f"{label} ({name})"


def most_probed(runs: Iterable[Run]) -> int:
    """Number of the class that most of `runs` probed; 0 if there is no run."""
    classes = Counter(probed_class(run) for run in runs)
    return classes.most_common(1)[0][0] if classes else 0


def probing(series: Series, label: int) -> Series | None:
    """The runs of the series that probed this class and found rightly labelled images at every stage; None if none."""
    chosen = [
        run for run in series.runs if probed_class(run) == label and all(run.probes[stage].count for stage in STAGES)
    ]
    return Series.of(chosen) if chosen else None


def _stages(axes: Axes, series: Series, value: Callable[[Run, str], Array]) -> list[Bars]:
    groups = stage_groups(series, value)
    labels, late = series.runs[0].class_labels, groups[-1].mean
    chosen = sorted(np.argsort(-late, kind="stable")[:MOST_BARS].tolist())
    class_bars(
        axes, [labels[index] for index in chosen], [group.only(chosen) for group in groups], what="predicted class"
    )
    return groups
