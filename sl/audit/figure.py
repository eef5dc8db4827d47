"""The figure of an audit: estimated share of wrong labels of each class, and the estimated transition matrix."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.audit.estimate import NoiseEstimate
from sl.figures.matrices import MOST_NUMBERS, class_matrix
from sl.figures.style import INK, WIDTH, save_figure
from sl.record.run import numbered
from sl.say import notice

MOST_CLASSES = 40  # more bars could not be told apart
BAR = "#0072b2"


def draw_noise(estimate: NoiseEstimate, class_names: tuple[str, ...], title: str, stem: Path) -> None:
    """Save `stem`.png and .svg."""
    save_and_tell(lambda: _figure(estimate, class_names, title), stem)


def save_and_tell(draw: Callable[[], Figure | None], stem: Path) -> None:
    """Save a figure as `save_figure` does, and print what it notices."""
    _, notices = save_figure(draw, stem)
    for said in notices:
        notice(f"figures: {said}")


def _figure(estimate: NoiseEstimate, class_names: tuple[str, ...], title: str) -> Figure:
    shown = list(np.argsort([-part.value for part in estimate.by_label], kind="stable")[:MOST_CLASSES])
    figure = Figure(figsize=(WIDTH, max(3.6, 0.22 * len(shown) + 1.6)), layout="constrained")
    rate = estimate.rate
    said = f"{100 * rate.value:.1f} % of {estimate.images:,} labels [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"
    figure.suptitle(f"{title}:\nestimated wrong labels {said}", x=0.008, ha="left", fontsize=10.5, fontweight="bold")
    left, right = figure.subplots(1, 2)
    _bars(left, estimate, [class_names[place] for place in shown], shown)
    _matrix(right, estimate, class_names)
    return figure


def _bars(axes: Axes, estimate: NoiseEstimate, names: list[str], shown: list[int]) -> None:
    parts = [estimate.by_label[place] for place in shown]
    values = np.array([100 * part.value for part in parts])
    reach = 100 * np.array([[part.value - part.low for part in parts], [part.high - part.value for part in parts]])
    places = np.arange(len(shown))[::-1]
    axes.barh(places, values, color=BAR, xerr=np.maximum(reach, 0), ecolor=INK, capsize=2, error_kw={"lw": 1})
    axes.axvline(100 * estimate.rate.value, color=INK, lw=0.8, ls=":")
    axes.set(yticks=places, yticklabels=names, xlim=(0, None))
    axes.set_xlabel("% of the class's labels, with 95 % interval (too narrow)")
    axes.set_title("wrong labels by class (dotted: all classes)")


def _matrix(axes: Axes, estimate: NoiseEstimate, class_names: tuple[str, ...]) -> None:
    class_matrix(axes, estimate.transition, numbered(class_names))
    colours = " (colours follow the square root)" if len(class_names) > MOST_NUMBERS else ""
    axes.set(title="P(label given true class), estimated, %", xlabel=f"label given{colours}", ylabel="true class")
