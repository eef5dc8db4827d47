"""The console of a sweep: a line for each run, a bar for the whole with the time left, and the failures at the end."""

import itertools
import logging
import os
import shlex
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sl.say import on_terminal, say
from sl.sweep.job import FOLDER, VARIED, SweepJob, read_jobs

LOOK_SECONDS = 0.5
BAR = 10  # characters
Points = Callable[[list[Path]], Iterable[str]]  # lines about the records of finished runs
TRAIN = ("sl", "train")
QUIET_SECONDS = 600.0  # if no line was printed for so long, a log gets one although no run has ended


class Watch:
    """Watches, in its own thread, the jobs of one sweep of `total` runs (None: not known).

    `command` holds the first words of the command line that would run one of the jobs again.
    """

    def __init__(self, folder: Path, total: int | None, command: Sequence[str] = TRAIN) -> None:
        self.folder, self.total, self.command = folder, total, command
        self.jobs: list[SweepJob] = []
        self._ended: set[int] = set()
        self._began = self._said = time.monotonic()
        self._over = threading.Event()
        self._bars = _bars()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def start(self) -> None:
        """Show the bars and begin to watch."""
        if self._bars:
            self._bars.start()
            self._all = self._bars.add_task("", total=self.total or 1, left="")
            self._lines: dict[int, Any] = {}
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, print the jobs that ended last, and remove the bars."""
        self._over.set()
        self._thread.join()
        self._look()
        if self._bars:
            self._bars.stop()

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            self.jobs = read_jobs(self.folder)
        except OSError:  # the folder is being removed, or is not there yet on this machine
            return
        for job in self.jobs:
            if job.ended and job.number not in self._ended:
                self._ended.add(job.number)
                self._say(job)
        if self._bars:
            self._draw(self._bars)
        elif time.monotonic() - self._said > QUIET_SECONDS:
            at_work = ", ".join(f"{job.name} {job.epoch}/{job.epochs}" for job in self.jobs if job.state == "training")
            self._print(f"{self.counted}  in training: {at_work or 'none'}")

    @property
    def counted(self) -> str:
        """A text with the number of runs that ended and the time left for the others."""
        return f"{len(self._ended)} of {self.total or '?'} done, time left {self.left()}"

    def left(self) -> str:
        """The time left as text, estimated from the epochs that this sweep has trained; "unknown" before the first."""
        done = sum(job.share for job in self.jobs)
        trained = sum(job.trained for job in self.jobs)
        if self.total is None or trained <= 0:
            return "unknown"
        seconds = (time.monotonic() - self._began) / trained * (self.total - done)
        return str(timedelta(seconds=round(seconds)))

    def _say(self, job: SweepJob) -> None:
        self._print(f"{self.counted}  {_name(job)}  {'failed: ' if job.state == 'failed' else ''}{job.text}")

    def _print(self, line: str) -> None:
        self._said = time.monotonic()
        if self._bars:
            self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            say(line)

    def _draw(self, bars: Any) -> None:
        done = sum(job.share for job in self.jobs)
        bars.update(self._all, completed=done, total=self.total or max(1, len(self.jobs)), left=self.counted)
        names = own_parts([job.name for job in self.jobs])
        room = bars.console.width - BAR - 1  # a longer text displaces the bar
        for job in self.jobs:
            if job.state == "training" and job.epochs:
                if job.number not in self._lines:
                    self._lines[job.number] = bars.add_task("", total=job.epochs, left="")
                text = f"{names.get(job.name, '')}  {job.text}"
                bars.update(self._lines[job.number], completed=job.epoch, left=text[:room])
            elif job.state != "training" and job.number in self._lines:
                bars.remove_task(self._lines.pop(job.number))


def own_parts(names: Sequence[str]) -> dict[str, str]:
    """For each name, a short form without the first parts that all names share and without the identity.

    >>> own_parts(["digits-sl-alpha0.1-s0 1a2b", "digits-sl-alpha1-s0 3c4d"])
    {'digits-sl-alpha0.1-s0 1a2b': 'alpha0.1-s0', 'digits-sl-alpha1-s0 3c4d': 'alpha1-s0'}
    >>> own_parts(["digits-sl-s0 1a2b", "digits-sl-s0 3c4d"])  # they differ in what no name contains
    {'digits-sl-s0 1a2b': 'digits-sl-s0', 'digits-sl-s0 3c4d': 'digits-sl-s0'}
    """
    parts = {name: name.partition(" ")[0].split("-") for name in names if name}
    columns = zip(*parts.values(), strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, columns)) if len(parts) > 1 else 0
    return {name: "-".join(own[same:] or own) for name, own in parts.items()}


class _Running:
    watch: Watch | None = None


def begin(sweep_dir: Path, total: int | None, varied: Sequence[str], command: Sequence[str] = TRAIN) -> None:
    """Watch the sweep of `total` runs that this process is about to start; its jobs inherit the folder for reports."""
    logging.getLogger("submitit").addFilter(_is_news)
    for launchers in ("hydra", "hydra_plugins"):  # they name each job as it starts
        logging.getLogger(launchers).setLevel(logging.WARNING)
    sweep_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".sweep-", dir=sweep_dir)).absolute()
    os.environ[FOLDER], os.environ[VARIED] = str(folder), " ".join(varied)
    _Running.watch = Watch(folder, total, command)
    _Running.watch.start()


@contextmanager
def watched(points: Points | None = None) -> Iterator[None]:
    """Around the command's work: show a sweep that begins inside the block; at its end print the lines of `closing`."""
    try:
        yield
    finally:
        watch, _Running.watch = _Running.watch, None
        if watch is not None:
            watch.stop()
            for line in closing(watch.jobs, watch.total, points, watch.command):
                say(line)
            shutil.rmtree(watch.folder, ignore_errors=True)
            for name in (FOLDER, VARIED):
                os.environ.pop(name, None)


def closing(
    jobs: Sequence[SweepJob], total: int | None, points: Points | None = None, command: Sequence[str] = TRAIN
) -> Iterator[str]:
    """The lines after a sweep: `points` of its finished runs, counts, and failed jobs with the command to repeat them.

    Stopped jobs, and the number of those that did not start, follow. A job still in training counts as failed: its
    process has ended.
    """
    if points:
        yield from points([Path(job.record) for job in jobs if job.state == "done"])
    stopped = [job for job in jobs if job.state == "stopped"]
    failed = [job for job in jobs if job.state in ("failed", "training")]
    missing = (total or len(jobs)) - len(jobs)
    counts = [f"{len(jobs) - len(failed) - len(stopped)} of {total or len(jobs)} runs done"]
    counts += [f"{len(some)} {what}" for some, what in ((failed, "failed"), (stopped, "stopped")) if some]
    yield ", ".join(counts)
    for job in failed:
        why = job.text if job.state == "failed" else "its process ended before the run was finished"
        yield f"  failed: {_name(job)}: {why}"
        yield f"    to run it again: {shlex.join([*command, *job.overrides])}"
    for job in stopped:
        where = f" after epoch {job.epoch} of {job.epochs}" if job.epochs else ""
        yield f"  stopped{where}: {_name(job)}; the same command resumes it"
    if missing:
        yield f"  {missing} not started; the same command starts them"


def _name(job: SweepJob) -> str:
    return job.name or " ".join(job.overrides)


def _is_news(message: logging.LogRecord) -> bool:
    """False for the message that submitit repeats if SLURM's accounting is off."""
    return "Bypassing sacct error" not in message.getMessage()


def _bars() -> Any:
    if not on_terminal():
        return None
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    text = TextColumn("{task.fields[left]}", markup=False, table_column=Column(no_wrap=True))
    return Progress(BarColumn(bar_width=BAR), text, transient=True, refresh_per_second=4)
