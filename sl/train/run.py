"""One run, from its composed configuration to its record; a run that is finished is never trained again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from omegaconf import DictConfig

from sl.config.build import build_trackers
from sl.errors import UserError
from sl.files import lock_beside
from sl.record.read import record_state
from sl.record.write import record_path
from sl.saved.save import check_kept
from sl.say import say
from sl.train.checkpoint import Checkpoint
from sl.train.prepare import prepare
from sl.train.training import Diverged, Training


class Busy(UserError):
    """Another process is training the run."""


def train(config: DictConfig, names: dict[str, str]) -> Path:
    """Train the run that `config` describes, unless its record is complete; returns the record's path.

    `names` are the choices as people call them (dataset, noise, model, loss, recipe, scale). An interrupted run resumes
    from its checkpoint. Raises UserError for a configuration that cannot be run; Busy where another process is at it;
    Diverged, now or on an earlier call, for a run whose loss or weights are not finite.
    """
    job = prepare(config, names)
    path = record_path(Path(config.runs_dir), job.dataset_name, job.identity)
    trackers = build_trackers(config)
    checkpoint = Checkpoint(Path(config.checkpoints_dir) / f"{job.identity}.pt")
    with alone_at(path, checkpoint.path):
        match record_state(path):
            case "complete":
                check_kept(job, path)
                say(f"already trained: {path}")
            case "diverged":
                raise Diverged(path)
            case "damaged end":
                raise UserError(
                    f"{path}: the record of a finished run, damaged since; restore it, or remove it to train again"
                )
            case state:
                Training(job, path, checkpoint, trackers).run(state)
    return path


@contextmanager
def alone_at(record: Path, checkpoint: Path) -> Iterator[None]:
    """Inside, no other process writes this record or this checkpoint; Busy where one does."""
    locks = [lock_beside(path) for path in (record, checkpoint)]
    with ExitStack() as stack:
        for lock in dict.fromkeys(path.absolute() for path in locks):
            lock.parent.mkdir(parents=True, exist_ok=True)
            try:
                stack.enter_context(FileLock(lock, timeout=0))
            except Timeout:
                raise Busy(f"{record}: another process is training this run") from None
        yield
