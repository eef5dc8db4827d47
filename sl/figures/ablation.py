"""Ablation: SL against each of its terms alone, with weight 1 and up-weighted; accuracy and memorisation by epoch."""

from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.comparison.titles import parameters
from sl.figures.cells import runs_of
from sl.figures.lines import Line, epoch_lines, label_ends
from sl.figures.panels import footer, panels
from sl.figures.style import loss_colour
from sl.paper import USUAL_NOISE
from sl.record import Run

METRICS = {
    "test_accuracy": ("(a) test accuracy", "test accuracy (%)"),
    "wrong_memorised": ("(b) wrongly labelled images predicted as labelled", "share of these images (%)"),
}


@dataclass(frozen=True, eq=False)
class Version:
    """One term of SL alone (ce or rce), its weight, and the runs."""

    term: str
    weight: float
    series: Series

    @property
    def name(self) -> str:
        """`CE alone` with weight 1, `5 × CE` with another."""
        return f"{self.term.upper()} alone" if self.weight == 1 else f"{self.weight:g} × {self.term.upper()}"

    def line(self, metric: str) -> Line:
        """The metric by epoch: solid with weight 1, dashed above, dotted below."""
        style = "-" if self.weight == 1 else "--" if self.weight > 1 else ":"
        return Line.of(self.series, partial(Run.curve, metric=metric), self.name, loss_colour(self.term), style)


def versions(group: RunGroup) -> list[Version]:
    """Each term that ran alone, as the loss CE or RCE or as SL whose other weight is 0; sorted by term, then weight."""
    found: dict[tuple[str, float], Version] = {}
    log_zero = (group.variant("sl") or group.variant("rce") or {}).get("log_zero")
    for term in ("ce", "rce"):
        series = group.series(term, USUAL_NOISE)
        if series:
            found[term, 1.0] = Version(term, 1.0, series)
    for values, series in group.weighted_variants("sl", USUAL_NOISE):
        if values["beta"] == 0 < values["alpha"]:
            found.setdefault(("ce", values["alpha"]), Version("ce", values["alpha"], series))
        elif values["alpha"] == 0 < values["beta"] and values["log_zero"] == log_zero:
            found.setdefault(("rce", values["beta"]), Version("rce", values["beta"], series))
    return [found[key] for key in sorted(found)]


def draw(group: RunGroup) -> Figure | None:
    """Both metrics by epoch, a line for each version and SL; None if no term but CE with weight 1 ran alone."""
    alone, sl = versions(group), group.series("sl", USUAL_NOISE)
    if all((version.term, version.weight) == ("ce", 1.0) for version in alone):
        return None
    figure, axes = panels(f"SL and its terms alone, {USUAL_NOISE.title}", 2, 2, 3.0)
    for panel, (metric, (title, unit)) in zip(axes, METRICS.items(), strict=True):
        lines = [version.line(metric) for version in alone]
        if sl:
            lines.append(Line.of(sl, partial(Run.curve, metric=metric), "SL", loss_colour("sl")))
        panel.set(title=title, ylabel=unit, ylim=(0, 101), yticks=range(0, 101, 20))
        epoch_lines(panel, lines)
        label_ends(panel, lines, 6)
    members = {version.name: version.series for version in alone} | ({"SL": sl} if sl else {})
    counts = ", ".join(f"{name} (n = {series.n})" for name, series in members.items())
    values = f"SL: {parameters(group.variant('sl'))}. " if sl else ""
    weights = "Weight of a single term: 1 where it is “alone”, else the number before ×."
    note = f"{values}{weights} Lines: {counts}.{_missing(alone, sl)}"
    return footer(figure, runs_of(members.values()), note, "Bands")


def _missing(alone: list[Version], sl: Series | None) -> str:
    """What the paper's ablation has and the records do not, in words."""
    wanted = {"SL": sl is not None}
    for term in ("ce", "rce"):
        weights = [version.weight for version in alone if version.term == term]
        wanted[term.upper()] = any(weight <= 1 for weight in weights)
        wanted[f"up-weighted {term.upper()}"] = any(weight > 1 for weight in weights)
    missing = [name for name, recorded in wanted.items() if not recorded]
    return f" Not recorded yet: {', '.join(missing)}." if missing else ""
