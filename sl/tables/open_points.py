"""What a recipe's open points move: runs that differ from the usual ones in one point, paired with them by seed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from sl.figures.build import USUAL_RECIPE
from sl.record import Noise, Run, Series, Sheet, paired_difference, sheets
from sl.record.words import loss_title, origin, setting
from sl.tables.layout import NOTHING
from sl.tables.write import table

LOSSES = ("ce", "sl")
HEADER = (
    "changed", *(text for loss in LOSSES for text in (loss_title(loss), "change")), "SL − CE",
    "wrong labels memorised by CE", "by SL", "best minus worst class under CE", "under SL", "seeds",
)  # fmt: skip


def block(usual: Iterable[Run], changed: Iterable[Run]) -> str:
    """A table for every noise with a finished run among `changed`, beside the `usual` runs of the same scale.

    Values are accuracies in percent after the last epoch, means over seeds; a change is the mean over the seeds that
    both have. Runs without a usual counterpart are left out.
    """
    finished = [run for run in changed if run.complete]
    parts = [
        section(sheet, noise, own)
        for sheet in sheets(usual)
        for noise in sheet.noises
        if sheet.names[2] == USUAL_RECIPE and (own := [run for run in finished if _beside(run, sheet, noise)])
    ]
    return "\n\n".join(parts) or "Nothing recorded yet."


def section(sheet: Sheet, noise: Noise, changed: Sequence[Run]) -> str:
    """One table; its first row are the usual runs."""
    base = {loss: series for loss in LOSSES if (series := sheet.series(loss, noise))}
    groups: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in changed:
        groups[what_changed(run, sheet.head)][run.name("loss")].append(run)
    rows = [_row(f"nothing (recipe {USUAL_RECIPE})", base, {})]
    for words, of_loss in sorted(groups.items()):
        rows.append(_row(words, {loss: Series.of(runs) for loss, runs in of_loss.items()}, base))
    own = [run for series in base.values() for run in series.runs]
    notes = f"{setting(sheet.head)}, {noise.words}. Unchanged: {origin(own)}. Changed: {origin(changed)}."
    return f"{table(HEADER, rows)}\n\n{notes}"


def what_changed(run: Run, usual: Run) -> str:
    """The points of the recipe in which `run` differs, before and after; or its recipe, where that is another."""
    if run.name("recipe") != usual.name("recipe"):
        return f"whole recipe: {run.name('recipe')}"
    before, after = usual.config["recipe"], run.config["recipe"]
    keys = [key for key in before if before[key] != after[key]]
    return ", ".join(f"{key} {_plain(before[key])} → {_plain(after[key])}" for key in keys)


def _beside(run: Run, sheet: Sheet, noise: Noise) -> bool:
    """Whether `run` differs from those of the sheet in its recipe only."""
    same = run.data == sheet.head.data and run.scale == sheet.head.scale
    named = all(run.name(key) == sheet.head.name(key) for key in ("dataset", "scale"))
    return same and named and run.config["model"] == sheet.head.config["model"] and run.noise == noise


def _row(words: str, own: dict[str, Series], base: dict[str, Series]) -> list[str]:
    cells = [words]
    for loss in LOSSES:
        cells.append(_mean_std(own[loss], Run.last) if loss in own else NOTHING)
        cells.append(_difference(base[loss], own[loss]) if loss in own and loss in base else NOTHING)
    cells.append(_difference(own["ce"], own["sl"]) if len(own) == len(LOSSES) else NOTHING)
    for value in (memorised, spread):
        cells += [_mean_std(own[loss], value) if loss in own else NOTHING for loss in LOSSES]
    seeds = sorted({series.seeds for series in own.values()})
    return [*cells, "; ".join(", ".join(map(str, each)) for each in seeds)]


def memorised(run: Run) -> float:
    """Share of the wrong labels that the network predicts after the last epoch."""
    return float(run.curve("wrong_memorised")[-1])


def spread(run: Run) -> float:
    """Accuracy of the best class minus that of the worst after the last epoch."""
    return float(run.spread()[-1])


def _mean_std(series: Series, value: Callable[[Run], float]) -> str:
    deviation = f" ± {100 * float(series.std(value)):.1f}" if series.n > 1 else ""
    return f"{100 * float(series.mean(value)):.1f}{deviation}"


def _difference(first: Series, second: Series) -> str:
    found = 100 * paired_difference(first, second, Run.last)
    return f"{float(np.mean(found)):+.1f}".replace("-", "−") if len(found) else NOTHING


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()
