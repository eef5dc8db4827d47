"""How many runs train at once on a machine."""

from sl.checks import integer
from sl.processes import cores
from sl.train.device import find_device

MOST_JOBS = 1024  # each is a process


def choose_jobs(wanted: object, device: str) -> int:
    """How many runs at once, each in a process of its own (sl/workers.py), where there are so many.

    Unless a number is `wanted`: one run after another on a GPU, on a CPU one process per core, which docs/speed.md
    compares with one run on all cores. Processes that train at once share out the cores (sl/train/threads.py).
    """
    usual = 1 if find_device(device).type == "cuda" else cores()
    return usual if wanted is None else integer("jobs", wanted, 1, MOST_JOBS)
