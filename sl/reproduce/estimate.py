"""Estimates the seconds of a run on this machine: from a record made here, else from a few steps of the run."""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch

from sl.record import Run
from sl.record.read import load_all
from sl.reproduce.plan import PlannedRun, cost_key
from sl.train.engine import make_engine
from sl.train.epoch import learning_rates
from sl.train.machine import device_title
from sl.train.prepared import PreparedRun, prepare
from sl.train.seeds import generator

TIMED_STEPS = 2


def estimate(plan: Sequence[PlannedRun]) -> dict[str, float]:
    """The seconds of one run for each `cost_key` among the runs of `plan` that are still to be trained."""
    seconds: dict[str, float] = {}
    recorded_in = cache(latest_first)
    for run in plan:
        if run.cost_key not in seconds and not run.ended:
            prepared = prepare(run.cell.config)
            known = from_records(prepared, recorded_in(run.record.parent))
            seconds[run.cost_key] = measured(prepared) if known is None else known
    return seconds


def latest_first(folder: Path) -> list[Run]:
    """The complete runs recorded in `folder`, the newest record first; none where there is no such folder."""
    found = [run for run in load_all(folder) if run.complete] if folder.is_dir() else []
    return sorted(found, key=lambda run: run.path.stat().st_mtime, reverse=True)


def from_records(prepared: PreparedRun, recorded: Sequence[Run]) -> float | None:
    """The seconds of the first `recorded` run with the same `cost_key`, device and threads; None without one."""
    device, key = device_title(prepared.runtime), cost_key(prepared.result_config)
    for other in recorded:
        same = cost_key(other.config.plain()) == key
        if same and other.end and other.provenances[-1].device == device:
            return other.end.seconds
    return None


def measured(prepared: PreparedRun) -> float:
    """The seconds of the whole run, extrapolated from a few training steps and one evaluation batch."""
    engine = make_engine(prepared)
    count, batch = len(engine.data.noisy), engine.batch_size
    draws = engine.augmentation.draw(count, engine.data.image_shape, generator(0, "estimate"))
    steps = min(TIMED_STEPS, prepared.plan.steps_per_epoch)
    order, lrs = torch.arange(min(steps * batch, count)), learning_rates(engine, prepared.plan, 1)[:steps]
    images = engine.data.test_images[:512]
    timings = []
    for _ in range(2):  # the first time warms up
        began = time.perf_counter()
        engine.train_epoch(order, draws, lrs)[0].item()
        trained = time.perf_counter()
        engine.predict(images).sum().item()
        timings = [(trained - began) / steps, (time.perf_counter() - trained) / len(images)]
    return prepared.plan.steps * timings[0] + prepared.plan.epochs * len(engine.data.test_labels) * timings[1]
