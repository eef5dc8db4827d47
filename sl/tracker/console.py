"""The console output of a run: one live line on a terminal, a few plain lines elsewhere."""

import math
import os
import time
from datetime import timedelta
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Column

from sl.numbers import fixed
from sl.record.run import Run
from sl.record.schema import Epoch, Header, Probe
from sl.say import on_terminal, say
from sl.scale import scale_name
from sl.sweep import job
from sl.tracker.run_name import unique_name

PLAIN_LINES = 12
LONG_EPOCH = 2.0  # seconds after which the live line shows the progress inside an epoch


def is_due(epoch: int, epochs: int) -> bool:
    """Whether to print a plain line: for the first, the last and up to twelve evenly spaced epochs.

    >>> [epoch for epoch in range(1, 121) if is_due(epoch, 120)]
    [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]
    """
    return epoch in (1, epochs) or epoch % math.ceil(epochs / PLAIN_LINES) == 0


def status(run: Run, left: float) -> tuple[str, str]:
    """Two texts: the latest epoch, and the state of the run after it; `left` is the time left in seconds.

    The most important values come first, because a narrow window cuts off the end.
    """
    line = run.epochs[-1]
    name, accuracy = run.worst_class()
    return f"epoch {line.epoch}/{run.scale.epochs}", (
        f"left {timedelta(seconds=round(left))}  worst {name} {fixed(100 * accuracy)} %"
        f"  test {fixed(100 * line.test_accuracy)} %  loss {line.train_loss:.4g}"
    )


def summary(run: Run, finished: bool) -> str:
    """One line about the whole run: test accuracies, worst class, scale, and the path of the record."""
    if not run.epochs:
        return "stopped before the end of its first epoch"
    name, accuracy = run.worst_class()
    parts = [] if finished else [f"stopped after epoch {run.epochs[-1].epoch} of {run.scale.epochs}"]
    parts += [
        f"last {fixed(100 * run.last(), 2)} %, best {fixed(100 * run.best(), 2)} %",
        *([f"mean of last ten {fixed(100 * run.mean_last_ten(), 2)} %"] if len(run.epochs) >= 10 else []),
        f"worst class {name} {fixed(100 * accuracy)} %",
        scale_name(run),
    ]
    return ", ".join([*parts, f"record {run.path}"])


class ConsoleSink:
    """Prints test accuracy, worst class and time left per epoch, and a summary line at the end."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._here = True
        self._shown = 0.0

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Open the live line on a terminal; elsewhere nothing is printed yet."""
        self._header, self._epochs = header, list[Epoch]()
        self._path, self._resumed = path, resumed
        run = Run(header)
        self._epochs_in_all = run.scale.epochs
        self._name = unique_name(run)
        self._began = time.monotonic()
        self._here = not job.in_sweep() or "SUBMITIT_EXECUTOR" in os.environ  # under submitit each job has its own log
        before = resumed / self._epochs_in_all
        job.tell(name=self._name, epochs=self._epochs_in_all, epoch=resumed, before=before)
        if self._here and on_terminal():
            text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
            self._progress = Progress(SpinnerColumn(), text, transient=True, refresh_per_second=4)
            self._at, self._text = f"epoch {self._resumed}/{self._epochs_in_all}", self._name
            self._progress.add_task(f"{self._at}  {self._text}")
            self._progress.start()

    def epoch(self, line: Epoch) -> None:
        """Show the epoch. Epochs repeated after an interruption are not shown, only kept for the summary."""
        self._epochs.append(line)
        self._shown = time.monotonic()
        done = line.epoch - self._resumed
        if done <= 0:
            return
        left = (self._shown - self._began) / done * (self._epochs_in_all - line.epoch)
        self._at, text = status(Run(self._header, (line,)), left)
        self._text = f"{text}  {self._name}"
        job.tell(epoch=line.epoch, text=text)
        if self._progress:
            self._progress.update(self._progress.task_ids[0], description=f"{self._at}  {self._text}")
        elif self._here and is_due(line.epoch, self._epochs_in_all):
            say(f"{self._name}  {self._at}  {text}")

    def inside(self, share: float) -> None:
        """Show on the live line the share of the next epoch that is done, at most once in two seconds."""
        if self._progress and time.monotonic() - self._shown > LONG_EPOCH:
            self._shown = time.monotonic()
            text = f"{self._at} + {100 * share:.0f} %  {self._text}"
            self._progress.update(self._progress.task_ids[0], description=text)

    def probe(self, line: Probe) -> None:
        """Shows nothing: a probe does not fit in a line."""

    def close(self, finished: bool) -> None:
        """Replace the live line by the summary."""
        if self._progress:
            self._progress.stop()
        text = summary(Run(self._header, tuple(self._epochs), path=self._path), finished)
        job.tell(text=text)
        if self._here:
            say(f"{self._name}  {text}")
