"""The measured part of docs/reproduction-notes.md: the effect of a recipe's open points and of the reported epoch.

A point is open where the published descriptions do not state it. A run with one point changed is paired by seed with
the usual run.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sl.claims.measures import memorised
from sl.comparison import RunGroup, Series, paired_difference
from sl.comparison.group_order import changed_recipe, in_order
from sl.comparison.titles import origin, setting
from sl.numbers import fixed, mean_std, signed, with_interval
from sl.paper import PAPER_EPOCHS, USUAL_NOISE, USUAL_RECIPE
from sl.record import Noise, Run
from sl.record.shown import dataset_title, loss_title
from sl.stats import infer
from sl.tables.formats import table
from sl.tables.layout import NOTHING
from sl.tables.results import STATISTICS

LOSSES = ("ce", "sl")
HEADER = (
    "changed", *(text for loss in LOSSES for text in (loss_title(loss), "change")), "SL − CE",
    "wrong labels memorised beyond chance while training by CE, late", "by SL", "best minus worst class under CE, late",
    "under SL", "seeds",
)  # fmt: skip
EPOCH_HEADER = ("data set, scale, recipe", "loss", *STATISTICS, "best above last", "n")
NOTHING_RECORDED = "Nothing recorded yet."


def block(usual: Sequence[Run], unchanged: Sequence[Run], changed: Iterable[Run]) -> str:
    """Two parts in Markdown: `points` beside the `usual` and `unchanged` runs, and `reported_epochs` of the `usual`."""
    moved, epochs = points([*usual, *unchanged], changed), reported_epochs(usual)
    return "\n\n".join(["### One point changed at a time", moved, "### Which epoch is reported", epochs])


def points(usual: Iterable[Run], changed: Iterable[Run]) -> str:
    """A table for every noise with a finished run among `changed`, beside the `usual` runs of the same scale.

    Values are means over seeds in percent: accuracy after the last epoch; at the late stage, wrong labels memorised
    beyond chance while training, and best minus worst class. A change is the mean over the seeds that both have, with
    its interval.
    """
    finished = [run for run in changed if run.complete]
    parts = [
        _section(group, noise, own)
        for group in in_order(usual)
        for noise in group.noises
        if group.names[2] == USUAL_RECIPE and (own := [run for run in finished if _beside(run, group, noise)])
    ]
    return "\n\n".join(parts) or NOTHING_RECORDED


def reported_epochs(runs: Iterable[Run]) -> str:
    """Two rows, CE and SL, for each of the paper's data sets: accuracies in percent, means over n seeds.

    They are of its first group by the usual recipe, under the usual noise; results/tables has all others.
    """
    first: dict[str, RunGroup] = {}
    for group in in_order(runs):
        if group.names[0] in PAPER_EPOCHS and group.names[2] == USUAL_RECIPE:
            first.setdefault(group.names[0], group)
    rows = [row for group in first.values() for row in _epoch_rows(group)]
    note = f"CE and SL under {USUAL_NOISE.title}; [results/tables](../results/tables) has the others."
    return f"{note}\n\n{table(EPOCH_HEADER, rows)}" if rows else NOTHING_RECORDED


def _epoch_rows(group: RunGroup) -> Iterator[list[str]]:
    where = ", ".join([dataset_title(group.names[0]), *group.names[1:]])
    for loss in LOSSES:
        if series := group.series(loss, USUAL_NOISE):
            means = {name: 100 * float(series.mean(value)) for name, value in STATISTICS.items()}
            gap = means["best epoch"] - means["last epoch"]
            yield [where, loss_title(loss), *(fixed(mean, 2) for mean in means.values()), signed(gap), str(series.n)]


def _section(group: RunGroup, noise: Noise, changed: Sequence[Run]) -> str:
    """One table in Markdown; its first row shows the usual runs."""
    base = {loss: series for loss in LOSSES if (series := group.series(loss, noise))}
    groups: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in changed:
        groups[_what_changed(run, group.head)][run.name("loss")].append(run)
    rows = [_row(f"nothing (recipe {USUAL_RECIPE})", base, {})]
    for title, of_loss in sorted(groups.items()):
        rows.append(_row(title, {loss: Series.of(runs) for loss, runs in of_loss.items()}, base))
    own = [run for series in base.values() for run in series.runs]
    notes = f"{setting(group.head)}, {noise.title}. Unchanged: {origin(own)}. Changed: {origin(changed)}."
    return f"{table(HEADER, rows)}\n\n{notes}"


def _what_changed(run: Run, usual: Run) -> str:
    """The changed values of the recipe of `run`, before and after; its name, where the whole recipe is another."""
    other = run.name("recipe") != usual.name("recipe")
    return f"whole recipe: {run.name('recipe')}" if other else changed_recipe(run, usual)


def _beside(run: Run, group: RunGroup, noise: Noise) -> bool:
    """Whether `run` has the noise and the group's data, scale, holdout, fold and network."""
    own, usual = (
        [one.name("dataset"), one.name("scale"), one.data, one.scale, one.holdout, one.config.fold, one.config.model]
        for one in (run, group.head)
    )
    return own == usual and run.noise == noise


def _row(title: str, own: dict[str, Series], base: dict[str, Series]) -> list[str]:
    cells = [title]
    for loss in LOSSES:
        cells.append(mean_std(own[loss].stack(lambda run: 100 * run.last())) if loss in own else NOTHING)
        cells.append(_change(base[loss], own[loss]) if loss in own and loss in base else NOTHING)
    cells.append(_change(own["ce"], own["sl"]) if len(own) == len(LOSSES) else NOTHING)
    for value in (lambda run: memorised(run, "late", False), lambda run: 100 * run.spread()[run.stages.late - 1]):
        cells += [mean_std(own[loss].stack(value)) if loss in own else NOTHING for loss in LOSSES]
    seeds = sorted({series.seeds for series in own.values()})
    return [*cells, "; ".join(", ".join(map(str, each)) for each in seeds)]


def _change(first: Series, second: Series) -> str:
    """Last-epoch accuracy of `second` minus `first`, with its interval, and why any pairs were refused."""
    difference, refused = paired_difference(first, second, Run.last)
    found = infer(100 * difference)
    text = with_interval(found.mean, found.interval, 1) if found.n else NOTHING
    return text + (f" (refused: {'; '.join(refused)})" if refused else "")
