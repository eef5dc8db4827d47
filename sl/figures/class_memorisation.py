"""Training images of each class at the late stage: the wrong labels memorised and the right labels learnt."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.figures.bars import class_bars, key, loss_groups, sorted_by, whiskers_of
from sl.figures.cells import compared_noises, series_to_draw
from sl.figures.panels import footer, lettered, panels
from sl.record import Noise, Run
from sl.record.run import Array

TITLE = "Training images by true class, late (epoch {}): wrong labels memorised, right labels learnt"
SHARES = {"wrong_memorised": "memorised", "right_accuracy": "learnt"}
NOTE = (
    "Memorised: share of the wrongly labelled images that are predicted as labelled; "
    "learnt: the same share of the rightly labelled images. In evaluation mode, without augmentation."
)


def draw(group: RunGroup) -> Figure | None:
    """Two panels for each noise with a run that records these shares by class; None if there is no such run."""
    rows = {noise: recorded for noise in compared_noises(group) if (recorded := _with_shares_by_class(group, noise))}
    if not rows:
        return None
    epoch = group.head.stages.of("late")
    figure, axes = panels(TITLE.format(epoch), 2 * len(rows), 1, 2.0)
    labels = group.head.class_labels
    for row, (noise, found) in enumerate(rows.items()):
        for column, (share, title) in enumerate(SHARES.items()):
            place = 2 * row + column
            axes[place].set_title(lettered(place, f"{title}, {noise.title}"))
            axes[place].set(ylim=(0, 113), yticks=range(0, 101, 20), ylabel="share of images (%)")
            groups = loss_groups(group, found, partial(_late, share=share))
            class_bars(axes[place], labels, groups, what="true class")
            key(axes[place], groups)
    members = [run for found in rows.values() for series in found.values() for run in series.runs]
    return footer(figure, members, f"{NOTE} {sorted_by(labels)}", whiskers_of(labels))


def _with_shares_by_class(group: RunGroup, noise: Noise) -> dict[str, Series]:
    """The runs that record memorised shares by class, by loss; old records and runs without wrong labels lack them."""
    found = {loss: series.runs for (loss, _), series in series_to_draw(group, noise).items()}
    recorded = {loss: [run for run in runs if not np.isnan(_late(run)).all()] for loss, runs in found.items()}
    return {loss: Series.of(runs) for loss, runs in recorded.items() if runs}


def _late(run: Run, share: str = "wrong_memorised") -> Array:
    return 100 * run.class_training("late", share)
