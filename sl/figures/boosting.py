"""Boosting existing methods: each without SL and with SL in place of its cross entropy, after the last epoch."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series, paired_difference
from sl.comparison.pairs import refusals
from sl.comparison.titles import parameters
from sl.figures.bars import Bars, class_bars, key
from sl.figures.panels import footer, lettered, panels
from sl.figures.style import FAINT, loss_colour
from sl.numbers import fixed, signed
from sl.paper import BOOSTED
from sl.record import Noise, Run
from sl.record.shown import loss_order, loss_title

Pair = tuple[Series | None, Series]


def draw(group: RunGroup) -> Figure | None:
    """A row for each noise under which a method ran with SL: accuracy, and the gain; None if there is none."""
    rows = {noise: pairs for noise in group.noises if (pairs := _pairs(group, noise))}
    if not rows:
        return None
    figure, axes = panels("Existing methods, and with SL in place of their cross entropy", 2 * len(rows), 2, 2.6)
    reasons = list[str]()
    for row, (noise, pairs) in enumerate(rows.items()):
        _accuracy(axes[2 * row], pairs)
        reasons += _gain(axes[2 * row + 1], pairs)
        for place, title in ((2 * row, noise.title), (2 * row + 1, "gain from SL")):
            axes[place].set_title(lettered(place, title))
    members = [run for pairs in rows.values() for pair in pairs.values() for one in pair if one for run in one.runs]
    note = f"{_weights(group)} Gain: with SL minus without, over the seeds that both ran. {refusals(reasons)}"
    return footer(figure, members, note, "Whiskers")


def _weights(group: RunGroup) -> str:
    """The parameters of the SL inside the methods, in a sentence; empty where no record has them."""
    terms = [(group.variant(boosted) or {}).get("term") for boosted in BOOSTED.values()]
    found = dict.fromkeys(filter(None, map(parameters, terms)))
    return f"SL: {'; '.join(found)}." if found else ""


def _pairs(group: RunGroup, noise: Noise) -> dict[str, Pair]:
    """For each method that ran with SL, by title: the series without SL (None if there is none) and that with SL."""
    methods = sorted(BOOSTED, key=loss_order)
    found = {method: (group.series(method, noise), group.series(BOOSTED[method], noise)) for method in methods}
    names = {method: loss_title(method).replace(" (", "\n(") for method in found}
    return {names[method]: (plain, boosted) for method, (plain, boosted) in found.items() if boosted}


def _accuracy(axes: Axes, pairs: dict[str, Pair]) -> None:
    """Two bars for each method: without SL, and with it."""
    plain, boosted = zip(*pairs.values(), strict=True)
    groups = [_group("without SL", plain, FAINT), _group("with SL", boosted, loss_colour("sl"))]
    axes.set(ylim=(0, 113), yticks=range(0, 101, 20), ylabel="test accuracy (%)")
    class_bars(axes, [f"{name}\n{_counts(*pair)}" for name, pair in pairs.items()], groups, fixed)
    key(axes, groups)


def _counts(plain: Series | None, boosted: Series) -> str:
    """How many runs are behind the two bars, as in `n = 2, 3`; one number if both have as many."""
    return f"n = {', '.join(dict.fromkeys([str(plain.n if plain else 0), str(boosted.n)]))}"


def _group(label: str, found: tuple[Series | None, ...], colour: str) -> Bars:
    mean = np.array([series.mean(Run.last_percent) if series else np.nan for series in found])
    std = np.array([series.std(Run.last_percent) if series else np.nan for series in found])
    return Bars(label, mean, std, [colour] * len(found), colour)


def _gain(axes: Axes, pairs: dict[str, Pair]) -> list[str]:
    """What SL adds to each method, paired by seed; no bar where no seed ran both. Returns why pairs are refused."""
    found = [
        paired_difference(plain, boosted, Run.last_percent) if plain else (np.empty(0), [])
        for plain, boosted in pairs.values()
    ]
    gains = [gain for gain, _ in found]
    mean = np.array([gain.mean() if gain.size else np.nan for gain in gains])
    std = np.array([gain.std(ddof=1) if gain.size > 1 else np.nan for gain in gains])
    labels = [f"{name}\nn = {gain.size}" for name, gain in zip(pairs, gains, strict=True)]
    colour = loss_colour("sl")
    class_bars(axes, labels, [Bars("gain", mean, std, [colour] * len(gains), colour)], partial(signed, decimals=1))
    axes.set_ylabel("gain (points of test accuracy)")
    axes.axhline(0, color=FAINT, lw=0.8)
    axes.margins(y=0.2)
    return [reason for _, reasons in found for reason in reasons]
