"""How a job of a sweep reports its progress to the command that started it: in a small file, wherever the job runs.

The command names the folder in an environment variable, which the jobs of every launcher inherit. On a cluster it lies
on the file system that the nodes share, below the sweep's folder.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from sl.processes import COMMAND, worker_number

FOLDER = "SL_SWEEP"  # environment variable: where its jobs report to
VARIED = "SL_VARIED"  # environment variable: the options that the sweep varies; they stand in the names of its runs
PAUSE = 0.5  # seconds between two files in which only the epoch differs
State = Literal["training", "done", "failed", "stopped"]


@dataclass(frozen=True)
class SweepJob:
    """A job: its number, its overrides, and how far its run is. `text` is the run's latest line, or why it failed.

    `before` is the share of its epochs that was done when it began: 1 for a run that was trained already.
    """

    number: int
    overrides: tuple[str, ...]
    state: State = "training"
    name: str = ""
    epoch: int = 0
    epochs: int = 0
    record: str = ""
    text: str = ""
    before: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it; a stopped job may be queued again (SLURM)."""
        return self.state in ("done", "failed")

    @property
    def share(self) -> float:
        """The share of its epochs that is done, in [0, 1]; 1 for a job that failed."""
        return 1.0 if self.ended else self._reached

    @property
    def trained(self) -> float:
        """The share of its epochs that was trained in this sweep, in [0, 1]."""
        return max(0.0, (1.0 if self.state == "done" else self._reached) - self.before)

    @property
    def _reached(self) -> float:
        return self.epoch / self.epochs if self.epochs else 0.0


class _Current:
    job: SweepJob | None = None  # of this process
    written = 0.0


def begin(number: int, overrides: list[str]) -> None:
    """This process works on a job of a sweep from now on; nothing happens outside a sweep."""
    if FOLDER in os.environ:
        _write(SweepJob(number, tuple(overrides)))


def in_sweep() -> bool:
    """Whether this process works on a job of a sweep; the command that started the sweep shows its progress."""
    return _Current.job is not None


def job_number() -> int | None:
    """The number of this process among a command's workers (sl/workers.py), else of the sweep's job that it works on.

    None in the process of the command itself.
    """
    if (number := worker_number()) is not None:
        return number
    return None if _Current.job is None or os.environ.get(COMMAND) == str(os.getpid()) else _Current.job.number


def tell(*, final: bool = False, **changes: object) -> None:
    """Change fields of the job. Unless `final`, a change is written only half a second after the last one or later."""
    if _Current.job is None:
        return
    job = replace(_Current.job, **changes)  # type: ignore[arg-type]
    if final or time.monotonic() - _Current.written > PAUSE:
        _write(job)
    else:
        _Current.job = job


def end(failure: str | None) -> None:
    """The job is over, with a failure in words or without one."""
    if failure is None:
        tell(final=True, state="done")
    else:
        tell(final=True, state="failed", text=failure)
    _Current.job = None


def read_jobs(folder: Path) -> list[SweepJob]:
    """All jobs that have reported, by number; without those whose file is of another version or not all here yet."""
    found = []
    for path in folder.glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            content = json.loads(path.read_text(encoding="utf-8"))
            found.append(SweepJob(**content | {"overrides": tuple(content["overrides"])}))
    return sorted(found, key=lambda job: job.number)


def _write(job: SweepJob) -> None:
    _Current.job, _Current.written = job, time.monotonic()
    path = Path(os.environ[FOLDER], f"{job.number}.json")
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_text(json.dumps(asdict(job)), encoding="utf-8")
        os.replace(part, path)
    except OSError:  # a full disk: the record is what matters
        part.unlink(missing_ok=True)
