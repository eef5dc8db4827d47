"""The paper's Fig. 2 and its SL counterpart: the representation layer in two dimensions, and how far classes lie apart.

The picture is t-SNE's, which shows neighbourhoods and no distances; the two numbers below it are measured on the
representation itself, in all its dimensions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from sl.figures.panels import empty, footer, panels, series_title
from sl.figures.style import class_colour
from sl.record import CLEAN, Noise, Run, Series, Sheet
from sl.separation import FOLDS, NEIGHBOURS, Features, Labels, Separation, kept_representation, separation_of

NOISY = Noise("symmetric", 0.4)
PANELS = (("ce", CLEAN), ("ce", NOISY), ("sl", NOISY))
MOST_POINTS = 1000  # t-SNE of twice as many takes three times as long
MOST_NAMES = 10


@dataclass(frozen=True, eq=False)
class Kept:
    """A run's representations (M, D) of M test images, their true classes (M,), and how far these lie apart."""

    run: Run
    features: Features
    labels: Labels
    separation: Separation


def draw(sheet: Sheet) -> Figure | None:
    """Three panels: CE clean, CE and SL at 40 % symmetric noise; None where no run kept representations."""
    series = {cell: sheet.series(*cell) for cell in PANELS}
    found = {cell: _keeping(given) for cell, given in series.items()}
    drawn = [kept for several in found.values() for kept in several]
    if not drawn:
        return None
    figure, axes = panels("Representation of the test images after the last epoch, by t-SNE", 1, 3, 3.7)
    for place, ((loss, noise), several) in enumerate(found.items()):
        panel = axes[place]
        panel.set_title(f"({'abc'[place]}) {series_title(sheet, loss, noise, None)}", fontsize=8.5)
        panel.set(xticks=[], yticks=[])
        panel.set_box_aspect(1)
        panel.spines[:].set_visible(False)
        if several:
            _points(panel, several[0])
            panel.set_xlabel(_words(several), labelpad=6)
        else:
            text = "recorded without\nrepresentations" if series[loss, noise] else "no run recorded yet"
            empty(panel, sheet.pending(loss, noise), text)
    return footer(figure, [kept.run for kept in drawn], _note(drawn[0]), "Below the panels")


def _keeping(series: Series | None) -> list[Kept]:
    """Those runs of the series that have measurable representations beside their record."""
    found = []
    for run in series.runs if series else ():
        kept, separation = kept_representation(run), separation_of(run)
        if kept and separation:
            found.append(Kept(run, *kept, separation))
    return found


def embed(features: Features) -> NDArray[np.float32]:
    """`features` (M, D) in two dimensions, (M, 2), by t-SNE (van der Maaten and Hinton 2008); the same each time.

    Perplexity 30, or a third of the images where they are few. On one thread: the order in which several add up
    shows in the picture.
    """
    perplexity = min(30.0, len(features) / 3)
    with threadpool_limits(limits=1):
        return TSNE(init="pca", perplexity=perplexity, random_state=0).fit_transform(features)


def _points(axes: Axes, kept: Kept) -> None:
    points, labels = embed(kept.features[:MOST_POINTS]), kept.labels[:MOST_POINTS]
    names = kept.run.class_names
    for index in np.unique(labels):
        x, y = points[labels == index].T
        axes.plot(x, y, "o", ms=2.4, mew=0, alpha=0.8, color=class_colour(index, len(names)), label=names[index])
        if len(names) <= MOST_NAMES:
            place = (float(np.median(x)), float(np.median(y)))
            text = axes.text(*place, str(index), ha="center", va="center", fontweight="bold", zorder=3)
            text.set_path_effects([effects.withStroke(linewidth=2.5, foreground="white")])
    middle, half = (points.max(0) + points.min(0)) / 2, 0.53 * np.ptp(points, axis=0).max()
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    axes.grid(False)


def _words(several: list[Kept]) -> str:
    """Silhouette and k-NN accuracy as mean and deviation over the runs."""
    silhouette = _value(several, lambda kept: kept.separation.silhouette, 3)
    neighbours = _value(several, lambda kept: 100 * kept.separation.neighbours, 1)
    return f"silhouette {silhouette}\n{NEIGHBOURS}-NN accuracy {neighbours} %\nn = {len(several)}"


def _value(several: list[Kept], value: Callable[[Kept], float], digits: int) -> str:
    values = np.array([value(kept) for kept in several])
    spread = f" ± {values.std(ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{values.mean():.{digits}f}{spread}".replace("-", "−")


def _note(kept: Kept) -> str:
    count, dimensions = kept.features.shape
    names = kept.run.class_labels
    note = (
        f"Drawn: the first {min(count, MOST_POINTS):,} test images of the lowest seed. Measured: {count:,} test images "
        f"in all {dimensions} dimensions against their true classes; {NEIGHBOURS}-NN over {FOLDS} folds."
    )
    return note + (f" Each number at its class's median: {', '.join(names)}." if len(names) <= MOST_NAMES else "")
