"""A run as known so far, with the same derived figures as a recorded one."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sl.record.run import Run
from sl.record.schema import Epoch, Header

SHORT_NOISE = {"none": "clean", "symmetric": "sym", "asymmetric": "asym"}


def run_so_far(header: Header, epochs: Sequence[Epoch], path: Path = Path()) -> Run:
    """The run that `header` and the epoch lines so far describe."""
    return Run(path, header, tuple(epochs))


def short_name(run: Run) -> str:
    """What a run is called in a list of runs, such as cifar10-sym0.4-sl-s0."""
    noise = run.noise
    kind = SHORT_NOISE.get(noise.kind, noise.kind) + (f"{noise.rate:g}" if noise.rate else "")
    words = (run.name("dataset"), kind, noise.detail, run.name("loss"), f"s{run.seed}")
    return "-".join(re.sub(r"[^\w.]+", "-", word) for word in words if word)


def worst_class(run: Run) -> tuple[str, float]:
    """Name and test accuracy of the worst class after the last epoch; the first of equals."""
    accuracy = run.class_curve()[-1]
    worst = int(np.nanargmin(accuracy))
    return run.class_names[worst], float(accuracy[worst])
