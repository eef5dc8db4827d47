"""Does speed cost accuracy? Recorded runs that differ in nothing but the precision, paired by seed; needs no torch."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from sl.errors import UserError
from sl.record import Run
from sl.record.identity import canonical
from sl.record.words import origin, setting
from sl.stats import LEVEL
from sl.tables.write import table

FAST, PLAIN = "bfloat16", "float32"
FEWEST_PAIRS = 3
STATISTICS: dict[str, Callable[[Run], float]] = {"last epoch": Run.last, "mean of last ten": Run.mean_last_ten}
HEADER = ("loss", "noise", "accuracy", "pairs", FAST, PLAIN, "difference", "95 % interval")


@dataclass(frozen=True)
class Difference:
    """Mean of paired differences with its Student t interval, in the unit of the values."""

    mean: float
    low: float
    high: float


def difference(fast: Iterable[float], plain: Iterable[float]) -> Difference:
    """`fast` minus `plain`, pair by pair.

    >>> difference([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    Difference(mean=1.0, low=-1.48..., high=3.48...)
    """
    differences = np.subtract(list(fast), list(plain))
    low, high = stats.ttest_1samp(differences, 0.0).confidence_interval(LEVEL)
    return Difference(float(differences.mean()), float(low), float(high))


def pairs(runs: Iterable[Run]) -> list[list[tuple[Run, Run]]]:
    """Complete runs of the same configuration and seed in both precisions, (fast, plain); a list for each setting."""
    by_seed: dict[str, dict[int, dict[str, Run]]] = defaultdict(lambda: defaultdict(dict))
    for run in runs:
        if run.complete:
            kept = {name: value for name, value in run.config.items() if name not in ("seed", "precision", "probe")}
            by_seed[json.dumps(canonical(kept))][run.seed][run.config["precision"]] = run
    found = []
    for _, seeds in sorted(by_seed.items(), key=lambda item: item[0]):
        both = [(seeds[seed][FAST], seeds[seed][PLAIN]) for seed in sorted(seeds) if len(seeds[seed]) > 1]
        if len(both) >= FEWEST_PAIRS:
            found.append(both)
    return found


def page(runs: Iterable[Run]) -> str:
    """The Markdown page of all settings; raises UserError where none has enough pairs."""
    settings = pairs(runs)
    if not settings:
        raise UserError(f"runs: there is no setting with {FEWEST_PAIRS} seeds in both {FAST} and {PLAIN}")
    both = [run for found in settings for pair in found for run in pair]
    rows = [row(found, name) for found in settings for name in STATISTICS]
    notes = [*sorted({setting(run) for run in both}), origin(both)]
    lines = [
        "# Accuracy of the fast path",
        "",
        f"Test accuracy (%) in {FAST} as the trainer chooses it where the hardware is fast at it, beside {PLAIN} in "
        "eager steps: the same seeds, so the same weights, order, augmentation and wrong labels. Mean of the paired "
        "differences with Student's t interval.",
        "",
        table(HEADER, rows),
        "",
        *(f"- {note}" for note in notes),
    ]
    return "\n".join(lines) + "\n"


def row(found: list[tuple[Run, Run]], statistic: str) -> list[str]:
    """One setting and statistic, in percent."""
    fast, plain = ([100 * STATISTICS[statistic](pair[side]) for pair in found] for side in (0, 1))
    gap = difference(fast, plain)
    run = found[0][0]
    values = [f"{np.mean(fast):.2f}", f"{np.mean(plain):.2f}", f"{gap.mean:+.2f}", f"{gap.low:+.2f} to {gap.high:+.2f}"]
    return [run.name("loss"), run.noise.words, statistic, str(len(found)), *values]
