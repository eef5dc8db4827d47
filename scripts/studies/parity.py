"""Does speed cost accuracy? Compares recorded runs that differ in precision alone, by seed; needs no torch."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from sl.comparison import conflict
from sl.comparison.titles import model_title, origin, setting
from sl.errors import UserError
from sl.numbers import fixed, with_interval
from sl.record import Run
from sl.record.identity import canonical_text
from sl.record.shown import dataset_title
from sl.stats import FEWEST, infer
from sl.tables.formats import table
from sl.tables.layout import p_text
from sl.tables.results import STATISTICS

FAST, PLAIN = "bfloat16", "float32"
COMPARED_STATISTICS = ("last epoch", "mean of the last ten epochs")
FREE = ("seed", "precision", "probe", "names")  # options that may differ between the runs of a setting
HEADER = ("data set and network", "loss", "noise", "accuracy", "pairs", FAST, PLAIN, "difference [95 % interval]", "p")


def pairs(runs: Iterable[Run]) -> list[list[tuple[Run, Run]]]:
    """Pairs (fast, plain) of complete runs with equal configuration, seed, device and PyTorch: a list for each setting.

    Settings with fewer than FEWEST pairs are left out.
    """
    by_seed: dict[str, dict[int, dict[str, Run]]] = defaultdict(lambda: defaultdict(dict))
    for run in runs:
        if run.complete:
            setting_of_run = {name: value for name, value in run.config.plain().items() if name not in FREE}
            by_seed[canonical_text(setting_of_run)][run.seed][run.config.precision] = run
    found = []
    for _, seeds in sorted(by_seed.items(), key=lambda item: item[0]):
        both = [(seeds[seed][FAST], seeds[seed][PLAIN]) for seed in sorted(seeds) if len(seeds[seed]) > 1]
        both = [pair for pair in both if not conflict(pair, precision=False) and len({*map(_devices, pair)}) == 1]
        if len(both) >= FEWEST:
            found.append(both)
    return found


def _devices(run: Run) -> frozenset[str]:
    return frozenset(provenance.device for provenance in run.provenances)


def page(runs: Iterable[Run]) -> str:
    """The Markdown page of all settings; raises UserError where none has enough pairs."""
    settings = pairs(runs)
    if not settings:
        raise UserError(f"runs: there is no setting with {FEWEST} seeds in both {FAST} and {PLAIN}")
    rows = [row(found, name) for found in settings for name in COMPARED_STATISTICS]
    runs_of = defaultdict[str, list[Run]](list)
    for found in settings:
        runs_of[setting(found[0][0])] += [run for pair in found for run in pair]
    lines = [
        "# Accuracy of the fast path",
        "",
        f"Test accuracy (%) in {FAST}, which the trainer chooses where the hardware is fast at it, beside {PLAIN}. "
        "Runs of one seed share weights, order, augmentation and wrong labels. The difference is the mean "
        "over pairs with Student's t interval; p is that of no difference.",
        "",
        table(HEADER, rows),
        "",
        *(f"- {said}. {origin(both)}" for said, both in sorted(runs_of.items())),
    ]
    return "\n".join(lines) + "\n"


def row(found: list[tuple[Run, Run]], statistic: str) -> list[str]:
    """The row of a setting and statistic, in percent."""
    fast, plain = ([100 * STATISTICS[statistic](pair[side]) for pair in found] for side in (0, 1))
    gap = infer(np.subtract(fast, plain))
    run = found[0][0]
    values = [
        fixed(float(np.mean(fast)), 2),
        fixed(float(np.mean(plain)), 2),
        with_interval(gap.mean, gap.interval),
        p_text(gap.p),
    ]
    return [
        f"{dataset_title(run.name('dataset'))}, {model_title(run)}",
        run.name("loss"),
        run.noise.title,
        statistic,
        str(len(found)),
        *values,
    ]
