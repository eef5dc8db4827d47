"""Trains one run, from its configuration to its record: starts or resumes it, trains each epoch and ends it.

A finished run is never trained again.
"""

import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from sl.config.build import build_trackers
from sl.errors import UserError
from sl.losses import EpochView
from sl.options.run import RunConfig
from sl.record.lines import as_recorded
from sl.record.read import State, parse_record, read, record_state
from sl.record.run import STAGES, Run
from sl.record.write import RecordWriter
from sl.say import say, warn
from sl.sweep import job
from sl.tracker import ConsoleSink, Sink, Watchers
from sl.tracker.console import summary
from sl.train.check_folders import check_folders
from sl.train.checkpoint import Checkpoint
from sl.train.engine import make_engine
from sl.train.epoch import Diverging, look_closely, sample_representations, train_one_epoch
from sl.train.finished import check_finished
from sl.train.machine import origin_of
from sl.train.prepared import PreparedRun, prepare, probed_class
from sl.train.representations import save_representations
from sl.train.run_lock import alone_at
from sl.train.save_model import check_models_dir, save_model
from sl.train.stop import Stopped, StopRequest

CHECKPOINT_SECONDS = 30.0  # between two checkpoints, also inside an epoch


class RunDiverged(UserError):
    """Raised for a run whose loss or weights were not finite, or of which a weight was 10,000 or more.

    The record says that the run diverged; no mean in a table or figure includes it.
    """

    def __init__(self, path: Path, where: str = "") -> None:
        super().__init__(
            f"{path}: diverged{f' in {where}' if where else ''}; the record says so; remove it to train the run again"
        )


def train(config: RunConfig, wait: bool = False) -> Path:
    """Train the run that `config` describes, unless its record is complete; returns the record's path.

    An interrupted run resumes from its checkpoint. If another process is training the run, Busy is raised; with `wait`,
    the call waits for the other process and then resumes the run if it is not complete. Raises UserError for a
    configuration that cannot be run, and RunDiverged for a run whose loss or weights are not finite, or of which a
    weight reached 10,000, now or on an earlier call.
    """
    check_folders(config)
    prepared = prepare(config)
    path = prepared.record
    trackers = build_trackers(config.tracker, config.allow_targets)
    checkpoint = Checkpoint(Path(config.checkpoints_dir) / f"{prepared.identity}.pt")
    with alone_at(path, checkpoint.path, wait):
        state = record_state(path)
        if state in ("complete", "diverged"):
            checkpoint.remove_of(path.read_bytes())
        match state:
            case "complete":
                check_finished(prepared, path)
                job.tell(before=1.0)
                say(f"already trained: {summary(read(path), True)}")
            case "diverged":
                raise RunDiverged(path)
            case "damaged end":
                raise UserError(
                    f"{path}: the record of a finished run, damaged since; restore it, or remove it to train again"
                )
            case _:
                check_models_dir(prepared)
                Training(prepared, path, checkpoint, trackers).run(state)
    return path


class Training:
    """One run that is being trained. `epoch` epochs and `step` steps of the next one are done."""

    def __init__(self, prepared: PreparedRun, path: Path, checkpoint: Checkpoint, trackers: Mapping[str, Sink]) -> None:
        self.prepared, self.path, self.checkpoint = prepared, path, checkpoint
        self.engine = make_engine(prepared)
        self.record = RecordWriter(path)
        self.console = ConsoleSink()
        self.watchers = Watchers({"console": self.console, **trackers})
        self.stop = StopRequest()
        self.epoch = self.step = 0
        self.epoch_seconds: list[float] = []
        self.epoch_seconds_so_far = 0.0  # spent in the unfinished epoch
        self.began = time.perf_counter()  # when that epoch would have begun without interruptions
        self.saved = time.monotonic()

    def run(self, state: State) -> None:
        """Train to the end; `state` is the state of the existing record.

        Raises RunDiverged if the run diverges, and Stopped on a signal, after the state has been saved.
        """
        finished = False
        try:
            with self.stop:
                self._train(state)
            finished = True
        except Diverging as error:
            self.record.diverged(error.epoch, error.step, error.lr, error.loss)
            self.checkpoint.remove()
            raise RunDiverged(self.path, str(error)) from None
        except Stopped:
            self.stop.hand_over()
            raise
        finally:
            self.watchers.close(finished)
        self.checkpoint.remove()
        self.stop.hand_over()
        self.stop.check()  # a signal that came too late to stop this run stops the sweep it is part of

    def _train(self, state: State) -> None:
        try:
            self._resume_or_start(state)
            while self.epoch < self.prepared.plan.epochs:
                self._one_epoch()
            self._end()
        except Stopped:
            self._save_and_say()
            raise

    def _resume_or_start(self, state: State) -> None:
        """Bring record and engine to the newest state of a checkpoint, or start both from the beginning."""
        origin = origin_of(self.prepared.runtime)
        found = None if state == "missing" else self._restore()
        header = found.header if found else self.prepared.header(origin)
        self.watchers.start(header, self.path, self.epoch)
        if state == "damaged" and self.path.stat().st_size:
            aside = self.path.with_name(f".{self.path.name}.damaged")
            os.replace(self.path, aside)
            warn(f"{self.path}: damaged record, kept as {aside.name}")
        if found is None:
            self.checkpoint.remove()  # else, after a kill before the first save, the next call would resume an old run
            self.record.start(header)
            if state != "missing":
                warn(f"{self.path}: there is no checkpoint of this run; it starts over")
            return
        self.record.resume(self.epoch, self.step, origin)
        self.watchers.repeat(found, self.epoch_seconds)
        warn(f"{self.path}: resumes {self._reached}")

    def _restore(self) -> Run | None:
        """Bring engine and record to the newest usable checkpoint; returns the run at that point, or None.

        A checkpoint contains a copy of the record, so that both agree whatever has happened to the file since.
        """
        for state in self.checkpoint.states():
            try:
                self.record.content = state["record"].encode()
                run = parse_record(self.path, self.record.content)
                if run.identity != self.prepared.identity:
                    raise ValueError("it belongs to another run")
                step, seconds, so_far = int(state["step"]), list(state["epoch_seconds"]), float(state["spent"])
                self.engine.load_state_dict(state["engine"])
            except (KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
                warn(f"{self.checkpoint.path}: not used, it does not fit this version: {error}")
                self.engine = make_engine(self.prepared)
                continue
            self._check_probed_class(run.config.probe.get("label"))
            self.epoch, self.step = len(run.epochs), step
            self.epoch_seconds, self.epoch_seconds_so_far = seconds, so_far
            return run
        return None

    def _check_probed_class(self, began_with: str | int | None) -> None:
        """Raise UserError if the run began with another probed class, `began_with`, than it has now."""
        if probed_class(began_with, self.prepared.dataset) != self.prepared.probe_set.label:
            labels = (self.prepared.config.probe.label, began_with)
            asked, began = ("null" if label is None else label for label in labels)
            rule = (
                f"this run began with probe.label={began}; give that to resume it, or remove {self.path} to begin anew"
            )
            raise UserError("probe.label", asked, rule)

    def _one_epoch(self) -> None:
        """Train, evaluate and record the next epoch, or the rest of it.

        Until the epoch is recorded, only the engine's steps have changed state, so it can stop in the evaluation too.
        """
        epoch, plan, seed = self.epoch + 1, self.prepared.plan, self.prepared.config.seed
        self.began = time.perf_counter() - self.epoch_seconds_so_far
        line, confusion = train_one_epoch(self.engine, plan, seed, epoch, self.step, self._after_step, self.stop.check)
        trained = time.perf_counter()
        stages = [stage for stage in STAGES if plan.stages[stage] == epoch]
        probes = [
            look_closely(self.engine, self.prepared.probe_set, stage, epoch, confusion, self.stop.check)
            for stage in stages
        ]
        looked = time.perf_counter() - trained
        sample = partial(sample_representations, self.engine, seed, epoch)
        self.engine.loss.after_epoch(EpochView(epoch, plan.epochs, sample))
        self.epoch_seconds.append(time.perf_counter() - self.began - looked)
        self.epoch, self.step, self.epoch_seconds_so_far = epoch, 0, 0.0
        self.record.write(line)
        self.watchers.epoch(as_recorded(line))
        for probe in probes:
            self.record.write(probe)
            self.watchers.probe(as_recorded(probe))
        self._save_if_due()
        self.stop.check()

    def _end(self) -> None:
        """Write representations, network and the record's end; if that fails, save a checkpoint and raise UserError."""
        try:
            save_representations(self.engine, self.prepared, self.path)
            self.record.end(self.epoch_seconds, save_model(self.engine, self.prepared))
        except UserError as error:
            saved = "the training is saved, and the same command finishes it"
            raise UserError(f"{error}; {saved if self._save() else 'the training could not be saved either'}") from None

    def _after_step(self, step: int) -> None:
        """After a step, save or stop the run if that is due; otherwise nothing here waits for the device."""
        self.step, self.epoch_seconds_so_far = step, time.perf_counter() - self.began
        self.console.inside(step / self.prepared.plan.steps_per_epoch)
        self._save_if_due()
        self.stop.check()

    def _save_if_due(self) -> None:
        if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
            self._save()

    def _save(self) -> bool:
        state = {"engine": self.engine.state_dict(), "step": self.step, "spent": self.epoch_seconds_so_far}
        state |= {"record": self.record.content.decode(), "epoch_seconds": self.epoch_seconds}
        self.saved = time.monotonic()
        return self.checkpoint.save(state)

    def _save_and_say(self) -> None:
        then = "the same command resumes there" if self._save() else "its state could not be saved"
        warn(f"{self.path}: stopped by {self.stop.signals[0].name} {self._reached}; {then}")

    @property
    def _reached(self) -> str:
        """The progress of the run as text, such as "after epoch 3 and 20 steps of the next"."""
        return f"after epoch {self.epoch}" + (f" and {self.step} steps of the next" if self.step else "")
