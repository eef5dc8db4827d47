"""Reports the progress of a sweep's job to the command that started the sweep, in a small file for each job.

The command names the folder of these files in an environment variable, which the jobs inherit under every launcher. On
a cluster the folder lies on the file system that the nodes share, below the sweep's folder.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from sl.processes import worker_number

COMMAND = "SL_COMMAND_PID"  # environment variable: the process of the command that was typed
FOLDER = "SL_SWEEP"  # environment variable: the folder of the jobs' reports
VARIED = "SL_VARIED"  # environment variable: the options that the sweep varies, which the names of its runs contain
PAUSE = 0.5  # least seconds between two writes of the file, but for the final one
State = Literal["training", "done", "failed", "stopped"]


@dataclass(frozen=True)
class SweepJob:
    """A job and the progress of its run. `text` is the run's latest line, or why it failed.

    `before` is the share of the epochs that were done when the job began: 1 for a run that was already trained.
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
        """Whether the job is done or failed. A stopped job has not ended: SLURM may queue it again."""
        return self.state in ("done", "failed")

    @property
    def share(self) -> float:
        """The share of the epochs that are done, in [0, 1]; 1 for a job that failed."""
        return 1.0 if self.ended else self._reached

    @property
    def trained(self) -> float:
        """The share of the epochs that were trained in this sweep, in [0, 1]."""
        return max(0.0, (1.0 if self.state == "done" else self._reached) - self.before)

    @property
    def _reached(self) -> float:
        return self.epoch / self.epochs if self.epochs else 0.0


class _Current:
    job: SweepJob | None = None  # of this process
    written = 0.0


def begin(number: int, overrides: list[str]) -> None:
    """Report that this process now works on job `number` of a sweep; outside a sweep, do nothing."""
    if FOLDER in os.environ:
        _write(SweepJob(number, tuple(overrides)))


def begin_command() -> None:
    """Set an environment variable by which the launcher's jobs know that they are not the command itself."""
    os.environ[COMMAND] = str(os.getpid())


def in_sweep() -> bool:
    """Whether this process works on a job of a sweep, whose progress the command that started the sweep shows."""
    return _Current.job is not None


def job_number() -> int | None:
    """The number of this process among the command's workers (sl/workers.py), else the number of its job in a sweep.

    None in the process of the command itself.
    """
    if (number := worker_number()) is not None:
        return number
    return None if _Current.job is None or os.environ.get(COMMAND) == str(os.getpid()) else _Current.job.number


def tell(*, final: bool = False, **changes: object) -> None:
    """Change fields of this process's job, if it has one.

    A `final` change is written at once; any other if half a second has passed since the last write, else with a later
    change.
    """
    if _Current.job is None:
        return
    job = replace(_Current.job, **changes)  # type: ignore[arg-type]
    if final or time.monotonic() - _Current.written > PAUSE:
        _write(job)
    else:
        _Current.job = job


def end(failure: str | None) -> None:
    """Report that the job is done, or that it failed for the reason `failure`."""
    if failure is None:
        tell(final=True, state="done")
    else:
        tell(final=True, state="failed", text=failure)
    _Current.job = None


def read_jobs(folder: Path) -> list[SweepJob]:
    """All jobs that have reported, by number; files of another version and incomplete ones are left out."""
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
    except OSError:  # a full disk must not stop the run: its record is what matters
        part.unlink(missing_ok=True)
