"""The number of runs that train at once on a machine."""

from sl.checks import integer
from sl.processes import cores
from sl.train.device import find_device

MOST_JOBS = 1024  # each is a process


def choose_jobs(wanted: object, device: str) -> int:
    """The largest number of runs to train at once: `wanted`, from 1 to 1024 (UserError otherwise), or a default.

    By default a GPU trains one run at a time, and a CPU one per core, which docs/speed.md compares with one run on all
    cores. Several runs train in worker processes (sl/workers.py), which share the cores (sl/train/threads.py).
    """
    usual = 1 if find_device(device).type == "cuda" else cores()
    return usual if wanted is None else integer("jobs", wanted, 1, MOST_JOBS)
