"""The plan of a reproduction in a file beside its records, and the progress of its runs.

Needs neither torch nor Hydra, so that ``sl reproduce status`` answers at once.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sl.errors import UserError
from sl.files import replace_json
from sl.locks import is_held, lock_beside
from sl.record.entry import NonNegative, Positive
from sl.record.read import read

PREFIX = ".plan-"


@dataclass(frozen=True)
class SavedRun:
    """A run of the plan: its step, its overrides in one text, the path of its record, and its estimated seconds."""

    step: str
    overrides: str
    record: str
    seconds: NonNegative


@dataclass(frozen=True)
class SavedPlan:
    """The runs of one reproduction; `jobs` of them are trained at once."""

    name: str
    jobs: Positive
    items: tuple[SavedRun, ...]

    def save(self, runs_dir: Path) -> None:
        """Write the plan to `runs_dir`; it replaces an earlier plan of the same name."""
        replace_json(self._path(runs_dir), asdict(self))

    def remove(self, runs_dir: Path) -> None:
        """Remove the plan from `runs_dir`, because all its runs are done."""
        self._path(runs_dir).unlink(missing_ok=True)

    def _path(self, runs_dir: Path) -> Path:
        return runs_dir / f"{PREFIX}{self.name.replace(' ', '-')}.json"


def saved_plans(runs_dir: Path) -> Iterator[SavedPlan]:
    """The plans in `runs_dir`, the latest first; UserError for a damaged one."""
    paths = runs_dir.glob(f"{PREFIX}*.json")
    for path in sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            yield TypeAdapter(SavedPlan).validate_json(path.read_bytes())
        except (OSError, ValidationError):
            raise UserError(f"{path}: damaged plan; remove it, or rerun the reproduction, which rewrites it") from None


def in_training(record: Path) -> bool:
    """Whether a process is training the run of this record now: it then holds the lock beside the record."""
    return is_held(lock_beside(record))


@dataclass(frozen=True)
class RunProgress:
    """How far a run is: `epoch` of `epochs` are recorded (0 of 0 without a record).

    `ended` is true where nothing is left to do: the run is complete or has diverged.
    """

    ended: bool = False
    epoch: int = 0
    epochs: int = 0
    diverged: bool = False

    @property
    def share(self) -> float:
        """The share of its work that is done, in [0, 1]."""
        return 1.0 if self.ended else self.epoch / self.epochs if self.epochs else 0.0


def progress(record: Path) -> RunProgress:
    """How far the run of this record is; a run whose record cannot be read counts as not started."""
    try:
        run = read(record)
    except UserError:
        return RunProgress()
    return RunProgress(run.complete or run.diverged, len(run.epochs), run.scale.epochs, run.diverged)


def duration(seconds: float) -> str:
    """A duration in words.

    >>> duration(20), duration(90), duration(3590)
    ('under 1 min', '2 min', '1.0 h')
    """
    if seconds < 60:
        return "under 1 min"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{seconds / 3600:.1f} h"


def finishing_times(seconds: Sequence[float], jobs: int) -> list[float]:
    """Seconds from now to the end of every run, if they start in order, `jobs` at once.

    >>> finishing_times([3.0, 1.0, 1.0, 1.0], jobs=2)
    [3.0, 1.0, 2.0, 3.0]
    """
    free, ends = [0.0] * jobs, []
    for each in seconds:
        ends.append(heapq.heappop(free) + each)
        heapq.heappush(free, ends[-1])
    return ends
