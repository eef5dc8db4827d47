"""One run, from its composed configuration to its record; a run that is complete is never trained again."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from omegaconf import DictConfig

from sl.config.build import build
from sl.errors import UserError
from sl.record.provenance import provenance
from sl.record.read import read
from sl.record.run import Run
from sl.record.write import RecordWriter, is_complete, record_path
from sl.saved.save import check_kept, save_model
from sl.tracker import ConsoleSink, Sink
from sl.train.assemble import make_engine
from sl.train.checkpoint import Checkpoint
from sl.train.device import describe
from sl.train.engine import Engine
from sl.train.fit import fit
from sl.train.prepare import Job, prepare

CHECKPOINT_SECONDS = 30.0


class Busy(UserError):
    """Another process is training the run."""


def train(config: DictConfig, names: dict[str, str]) -> Path:
    """Train the run that `config` describes, unless its record is complete; returns the record's path.

    `names` are the choices as people call them (dataset, noise, model, loss, recipe, scale). A run that was
    interrupted goes on from its checkpoint. Raises UserError for a configuration that cannot be run.
    """
    job = prepare(config, names)
    path = record_path(Path(config.runs_dir), job.dataset_name, job.identity)
    tracker = build(config.tracker, "tracker")
    lock = Path(config.checkpoints_dir) / f"{job.identity}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            if is_complete(path):
                check_kept(job, path)
                print(f"already trained: {path}", flush=True)
            else:
                _train(job, path, Checkpoint(lock.with_suffix(".pt")), tracker)
    except Timeout:
        raise Busy(f"{path}: another process is training this run") from None
    return path


def _train(job: Job, path: Path, checkpoint: Checkpoint, tracker: Sink) -> None:
    engine = make_engine(job)
    record = RecordWriter(path)
    watchers: list[Sink] = [ConsoleSink(), tracker]
    header = {**job.header(), "provenance": provenance(describe(job.runtime), job.runtime.precision)}
    state = checkpoint.load() if path.exists() else None
    done = state["epoch"] if state else 0
    finished = False
    try:
        for sink in watchers:
            sink.start({**header, "path": str(path), "resumed": done})
        if state:
            restore(engine, state)
            record.resume(done, state["epoch_seconds"], header["provenance"])
            tell_again(watchers, read(path))
        else:
            record.start(header)
        after_epoch = saver(engine, record, checkpoint)
        fit(engine, job.plan, job.config.seed, job.probe_set, [record, *watchers], done, after_epoch)
        save_representations(engine, job, path)
        save_model(engine, job)
        finished = True
    finally:
        for sink in (record, *watchers):
            sink.close(finished)
    checkpoint.remove()


def tell_again(sinks: Iterable[Sink], run: Run) -> None:
    """Tell `sinks` what the record already holds."""
    for sink in sinks:
        for line in run.epochs:
            sink.epoch(line)
            for probe in run.probes.values():
                if probe["epoch"] == line["epoch"]:
                    sink.probe(probe)


def saver(engine: Engine, record: RecordWriter, checkpoint: Checkpoint) -> Callable[[int], None]:
    """Saves the run's state after an epoch when the last time is long enough ago."""
    last = time.monotonic()

    def save(epoch: int) -> None:
        nonlocal last
        if time.monotonic() - last < CHECKPOINT_SECONDS:
            return
        state = {"model": engine.model.state_dict(), "loss": engine.loss.state_dict()}
        state["optimizer"] = engine.optimizer.state_dict()
        checkpoint.save({**state, "epoch": epoch, "epoch_seconds": record.epoch_seconds})
        last = time.monotonic()

    return save


def restore(engine: Engine, state: dict[str, Any]) -> None:
    """Bring `engine` to a saved state, in the memory it has."""
    engine.model.load_state_dict(state["model"])
    engine.loss.load_state_dict(state["loss"])
    engine.optimizer.load_state_dict(state["optimizer"])


def save_representations(engine: Engine, job: Job, path: Path) -> None:
    """Keep the representations of the first test images beside the record, as float16, for t-SNE."""
    kept = job.config.probe.representations
    if kept:
        images = engine.data.test_images[:kept]
        labels = engine.data.test_labels[:kept].cpu().numpy()
        features = engine.represent(images).cpu().numpy().astype(np.float16)
        np.savez_compressed(path.with_suffix(".npz"), representation=features, labels=labels)
