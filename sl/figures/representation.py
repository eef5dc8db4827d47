"""The paper's Fig. 2 and its SL counterpart: the representation layer in two dimensions, and how far classes lie apart.

The picture is t-SNE's, which shows neighbourhoods and no distances; the two numbers below it are measured on the
representation itself, in all its dimensions.
"""

from dataclasses import dataclass

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sl.comparison import RunGroup, Series
from sl.comparison.titles import named_loss
from sl.figures.cells import with_clean
from sl.figures.panels import footer, lettered, panels
from sl.figures.style import class_colour, short
from sl.numbers import mean_std
from sl.record import Run
from sl.record.representation import Features, Labels, read_representation
from sl.separation import FOLDS, NEIGHBOURS, Separation, separation_of

MOST_POINTS = 1000  # t-SNE of twice as many takes three times as long
MOST_NAMES = 10
NOT_DRAWABLE = "nothing to draw: one dimension,\nor all images in one place"
LETTER = 0.055  # width of a letter, as a share of half the panel's width


@dataclass(frozen=True, eq=False)
class Representation:
    """A run's representations (M, D) of M test images, their true classes (M,), and how far these lie apart."""

    run: Run
    features: Features
    labels: Labels
    separation: Separation


def draw(group: RunGroup) -> Figure | None:
    """A panel for CE on clean labels, and for CE and SL under the usual noise; None if none kept representations."""
    found = {cell: shown for cell, series in with_clean(group).items() if (shown := _representations(series))}
    if not found:
        return None
    figure, axes = panels("Representation of the test images after the last epoch, by t-SNE", len(found), 3, 3.7)
    for place, ((loss, noise), several) in enumerate(found.items()):
        panel = axes[place]
        panel.set_title(lettered(place, f"{named_loss(loss, group.variant(loss))}, {noise.title}"), fontsize=8.5)
        panel.set(xticks=[], yticks=[])
        panel.set_box_aspect(1)
        panel.spines[:].set_visible(False)
        _points(panel, several[0])
        panel.set_xlabel(_caption(several), labelpad=6)
    members = [shown for several in found.values() for shown in several]
    return footer(figure, [shown.run for shown in members], _note(members[0]), "Below the panels")


def _representations(series: Series) -> list[Representation]:
    """The representations of the runs of the series that keep measurable ones beside their record."""
    found = []
    for run in series.runs:
        shown, separation = read_representation(run), separation_of(run)
        if shown and separation:
            found.append(Representation(run, *shown, separation))
    return found


def embed(features: Features) -> NDArray[np.float32]:
    """`features` (M, D) in two dimensions, (M, 2), by t-SNE (van der Maaten and Hinton 2008); the same each time.

    `features` must be `drawable`. The perplexity is 30, or M / 3 if that is less. It runs on one thread, because the
    order in which several threads add up would show in the picture.
    """
    from sklearn.manifold import TSNE  # takes a second to import, and few records have representations

    perplexity = min(30.0, len(features) / 3)
    with threadpool_limits(limits=1):
        return TSNE(init="pca", perplexity=perplexity, random_state=0).fit_transform(features)


def drawable(features: Features) -> bool:
    """Whether `features` (M, D) have two columns and differ somewhere: scikit-learn's t-SNE crashes on all else."""
    return features.shape[1] > 1 and bool(np.ptp(features, axis=0).any())


def _points(axes: Axes, shown: Representation) -> None:
    features, labels = shown.features[:MOST_POINTS], shown.labels[:MOST_POINTS]
    if not drawable(features):
        axes.text(0.5, 0.5, NOT_DRAWABLE, ha="center", va="center", fontsize=8, transform=axes.transAxes)
        return
    points, names = embed(features), shown.run.class_names
    for index in np.unique(labels):
        x, y = points[labels == index].T
        axes.plot(x, y, "o", ms=2.4, mew=0, alpha=0.8, color=class_colour(index, len(names)), label=names[index])
    middle, half = (points.max(0) + points.min(0)) / 2, 0.53 * np.ptp(points, axis=0).max()
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    axes.grid(False)
    if len(names) <= MOST_NAMES:
        medians = {index: np.median(points[labels == index], axis=0) for index in np.unique(labels)}
        _class_names(axes, medians, names, half)


def _class_names(axes: Axes, medians: dict[int, Features], names: list[str], half: float) -> None:
    """Write each class's name at its median, or higher if another name is there, underlined in the class's colour.

    `half` is half the panel's width.
    """
    placed: list[tuple[float, float, int]] = []
    for index, (x, median) in sorted(medians.items(), key=lambda item: item[1][1]):
        y, name = float(median), short(names[index])
        for at, height, length in placed:  # from low to high
            if abs(at - x) < LETTER * half * (length + len(name)) / 2 and y < height + 0.1 * half:
                y = height + 0.1 * half
        placed = sorted([*placed, (x, y, len(name))], key=lambda place: place[1])
        colour = class_colour(index, len(names))
        text = axes.text(x, y, name, ha="center", va="center", fontsize=8, fontweight="bold", zorder=3)
        text.set_path_effects([effects.withStroke(linewidth=2.5, foreground="white")])
        axes.plot(x, y - 0.045 * half, "_", color=colour, ms=22, mew=2, zorder=3)


def _caption(several: list[Representation]) -> str:
    """Silhouette and k-NN accuracy as mean and deviation over the runs."""
    silhouette = mean_std([shown.separation.silhouette for shown in several], 3)
    neighbours = mean_std([100 * shown.separation.neighbours for shown in several])
    return f"silhouette {silhouette}\n{NEIGHBOURS}-NN accuracy {neighbours} %\nn = {len(several)}"


def _note(shown: Representation) -> str:
    count, dimensions = shown.features.shape
    note = (
        f"Drawn: {min(count, MOST_POINTS):,} test images, spread over the classes, of the lowest seed. "
        f"Measured: {count:,} test images in all {dimensions} dimensions against their true classes; "
        f"{NEIGHBOURS}-NN over {FOLDS} folds."
    )
    named = " Each name stands at the median of its class, or above it where names would overlap."
    return note + (named if len(shown.run.class_names) <= MOST_NAMES else "")
