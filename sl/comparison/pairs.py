"""Which runs may be compared: those of one seed that differ in nothing but what is compared."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sl.comparison.series import Series
from sl.record.run import Array, Run


def conflict(runs: Sequence[Run], *, precision: bool = True) -> str:
    """Why these runs must not be compared, in words; empty if they may. `precision`: whether theirs must be equal.

    Runs of a group share data set, holdout, recipe, network and precision. They can still differ in the version of
    PyTorch, which changes rounding, and in the wrong labels. For runs of several groups the precision is checked too.
    """
    labels = {run.noise: {other.header.noise.fingerprint for other in runs if other.noise == run.noise} for run in runs}
    if any(len(found) > 1 for found in labels.values()):
        return "the wrong labels differ"
    versions, precisions = {_versions(run) for run in runs}, {run.config.precision for run in runs if precision}
    for name, values in (("PyTorch", versions), ("precision", precisions)):
        if len(values) > 1:
            return f"{name} {' against '.join(sorted(values))}"
    return ""


def matched(*series: Series) -> tuple[list[Series], list[str]]:
    """Cut all `series` down to the shared seeds that may be compared; also returns why other shared seeds are refused.

    The returned series have the same seeds in the same order. Without such a seed the list is empty.
    """
    shared = sorted(set.intersection(*(set(one.seeds) for one in series)))
    of_seed = {seed: [next(run for run in one.runs if run.seed == seed) for one in series] for seed in shared}
    refused = {seed: why for seed, runs in of_seed.items() if (why := conflict(runs))}
    pairs = [runs for seed, runs in of_seed.items() if seed not in refused]
    reasons = [f"seed {seed}: {why}" for seed, why in refused.items()]
    return [Series(tuple(runs)) for runs in zip(*pairs, strict=True)], reasons


def refusals(reasons: Iterable[str]) -> str:
    """One sentence with the reasons why pairs are refused, each once; empty if there is none."""
    told = "; ".join(sorted(set(reasons)))
    return f"Pairs refused: {told}." if told else ""


def paired_difference(first: Series, second: Series, value: Callable[[Run], Array | float]) -> tuple[Array, list[str]]:
    """`value` of the second minus that of the first on each shared seed that may be compared: (n, ...), (0,) if none.

    Also returns the reasons why other shared seeds are refused.
    """
    pair, refused = matched(first, second)
    return pair[1].stack(value) - pair[0].stack(value) if pair else np.empty(0), refused


def _versions(run: Run) -> str:
    return ", ".join(dict.fromkeys(provenance.torch for provenance in run.provenances))
