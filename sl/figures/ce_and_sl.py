"""CE beside SL: test accuracy of each class by epoch, in two panels that fit on the README's first screen."""

from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.figures.cells import PAIR, LossAndNoise, runs_of, usual_noise
from sl.figures.class_curves import accuracy_panel, explanation, named_classes
from sl.figures.panels import footer, lettered, panels, series_title

TITLE = "Class-wise test accuracy by epoch: CE and SL"


def draw(group: RunGroup) -> Figure | None:
    """A panel of CE and one of SL under the usual noise; None where one of them did not run."""
    found = cells(group)
    if len(found) < len(PAIR):
        return None
    figure, axes = panels(TITLE, len(found), 2, 2.75)
    ce, _ = found.values()
    colours = named_classes(found.values())
    for place, ((loss, noise), series) in enumerate(found.items()):
        axes[place].set_title(lettered(place, series_title(group, loss, noise, series)))
        accuracy_panel(axes[place], series, colours, over=ce if place else None)
    note = f"{explanation(group)} In brackets: points gained over CE."
    return footer(figure, runs_of(found.values()), note)


def cells(group: RunGroup) -> dict[LossAndNoise, Series]:
    """The series of CE and SL under the usual noise, as far as they ran."""
    noise = usual_noise(group)
    return {(loss, noise): series for loss in PAIR if (series := group.series(loss, noise))}
