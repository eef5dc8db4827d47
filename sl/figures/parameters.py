"""Parameter analysis: SL's accuracy against alpha, beta and A, and against beta * (-A), through which these two act."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from sl.figures.panels import footer, panels
from sl.figures.style import FAINT, INK, loss_colour
from sl.record import Noise, Run, Series, Sheet
from sl.record.words import parameters

NOISY = Noise("symmetric", 0.4)
AXES = {"alpha": "α", "beta": "β", "log_zero": "−A"}
BLUE, GOLD = loss_colour("sl"), loss_colour("rce")
VARIED = (  # what is varied, its name, marker, colour and line
    ({"beta"}, "β varied", "o", BLUE, "-"),
    ({"log_zero"}, "A varied", "s", GOLD, "-"),
    ({"beta", "log_zero"}, "both varied", "D", INK, ""),
)


@dataclass(frozen=True, eq=False)
class Point:
    """A choice of the three parameters, by name, and its runs."""

    values: dict[str, float]
    series: Series

    def place(self, name: str) -> float:
        """Where the point stands on the axis of a parameter: A is negative, its axis shows -A."""
        return -self.values[name] if name == "log_zero" else self.values[name]

    @property
    def product(self) -> float:
        """beta * (-A)."""
        return self.place("beta") * self.place("log_zero")

    def differs(self, base: "Point") -> set[str]:
        """The parameters in which the point differs from `base`."""
        return {name for name in AXES if self.values[name] != base.values[name]}


def sweep(sheet: Sheet) -> tuple[Point | None, list[Point]]:
    """SL with the page's parameters, and every point recorded; a parameter at 0 leaves a term out: see the ablation."""
    points = [Point(values, series) for values, series in sheet.variants("sl", NOISY)]
    points = [point for point in points if all(point.place(name) > 0 for name in AXES)]
    return next((point for point in points if point.values == sheet.variant("sl")), None), points


def draw(sheet: Sheet) -> Figure | None:
    """Last-epoch accuracy against each parameter and against beta * (-A); None without a second value of any."""
    base, points = sweep(sheet)
    if base is None or all(len(point.differs(base)) != 1 for point in points):
        return None
    title = f"SL by its parameters, {NOISY.words}; what is not varied stays at {parameters(base.values)}"
    figure, axes = panels(title, 2, 2, 2.4, share_y=True)
    ce = sheet.series("ce", NOISY)
    for place, (name, symbol) in enumerate(AXES.items()):
        axes[place].set(title=f"({'abc'[place]}) {symbol} varied", xlabel=f"{symbol} (log scale)")
        _one(axes[place], base, points, name)
    axes[3].set(title="(d) the product of β and −A", xlabel="β · (−A) (log scale)")
    _product(axes[3], base, points)
    for panel in axes:
        if ce:
            level = 100 * float(ce.mean(Run.last))
            panel.axhline(level, color=loss_colour("ce"), lw=1.2, ls="--", label="CE", zorder=1)
    for panel in axes[::2]:
        panel.set_ylabel("test accuracy,\nlast epoch (%)")
    axes[3].legend(fontsize=8)
    drawn = [run for point in points for run in point.series.runs]
    return footer(figure, (*drawn, *(ce.runs if ce else ())), _note(points), "Whiskers")


def _one(axes: Axes, base: Point, points: Sequence[Point], name: str) -> None:
    """The points that differ from the base in no other parameter; the base is ringed."""
    members = sorted((point for point in points if point.differs(base) <= {name}), key=lambda point: point.place(name))
    places = [point.place(name) for point in members]
    _draw(axes, places, members, "o", BLUE, "-", "SL")
    axes.plot(base.place(name), 100 * base.series.mean(Run.last), "o", ms=10, mfc="none", mec=INK)
    axes.set_xticks(places, [f"{place:.3g}" for place in places])
    if len(members) == 1:
        text = "no second value recorded yet"
        axes.text(0.5, 0.06, text, transform=axes.transAxes, ha="center", color=FAINT)


def _product(axes: Axes, base: Point, points: Sequence[Point]) -> None:
    """The points that differ from the base in beta, in A or in both; the base belongs to each line."""
    for varied, label, marker, colour, line in VARIED:
        members = [point for point in points if point.differs(base) == varied]
        if members and line:
            members = sorted([*members, base], key=lambda point: point.product)
        _draw(axes, [point.product for point in members], members, marker, colour, line, label)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _draw(
    axes: Axes, places: Sequence[float], members: Sequence[Point], marker: str, colour: str, line: str, label: str
) -> None:
    """Mean and standard deviation of every point, joined by `line`."""
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    if members:
        means = [100 * float(point.series.mean(Run.last)) for point in members]
        whiskers = [100 * float(point.series.std(Run.last)) if point.series.n > 1 else 0.0 for point in members]
        axes.errorbar(
            places, means, whiskers, fmt=f"{marker}{line}", color=colour, ms=5, lw=1.5, capsize=2.5, label=label
        )


def _note(points: Sequence[Point]) -> str:
    counts = sorted({point.series.n for point in points})
    runs = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"Each point: mean of n = {runs}. Ringed: the parameters of the other figures. RCE is linear in A."
