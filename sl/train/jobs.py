"""How many runs train at once on a machine, and with how many threads each."""

from sl.checks import integer
from sl.processes import cores
from sl.train.device import find_device
from sl.train.threads import threads_of_environment

MOST_JOBS = 1024  # each is a process


def choose_jobs(wanted: object, device: str) -> tuple[int, int | None]:
    """How many runs at once, and the threads of each; None where each run decides: on a GPU, and where it is alone.

    Unless a number is `wanted`: one run after another on a GPU, on a CPU one single-threaded process per core, which
    docs/speed.md compares with one run on all cores. Of several at once each gets the threads that OMP_NUM_THREADS asks
    for, but no more than its share of the cores.
    """
    on_gpu = find_device(device).type == "cuda"
    usual = 1 if on_gpu else cores()
    jobs = usual if wanted is None else integer("jobs", wanted, 1, MOST_JOBS)
    if on_gpu or jobs == 1:
        return jobs, None
    share = max(1, usual // jobs)
    return jobs, min(threads_of_environment() or share, share)


def thread_override(threads: int | None) -> list[str]:
    """The override that gives each run its threads."""
    return [] if threads is None else [f"runtime.threads={threads}"]
