"""The second run of a sweep starts at once: data, network and whatever was captured are there."""

import time
from pathlib import Path

import pytest
import torch

from sl.bench.case import CASES, case_job
from sl.bench.changes import StreamsContender
from sl.bench.contender import train_engine
from sl.train.assemble import make_engine


def test_second_run_on_cifar10_takes_less_than_a_second_to_its_first_step(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = [f"data_dir={data_dir}", "runtime.threads=1", "loss=ce"]
    job, real = case_job(CASES["cnn8"], overrides)
    assert real
    make_engine(job)
    first_steps: list[float] = []
    began = time.process_time()  # others' work on this machine does not count
    job, _ = case_job(
        CASES["cnn8"], [f"data_dir={data_dir}", "runtime.threads=1", "loss=ce", "seed=1", "noise.rate=0.2"]
    )
    engine = make_engine(job)
    step = engine._step
    monkeypatch.setattr(
        engine, "_steps", {engine.batch_size: lambda index: (first_steps.append(time.process_time()), step(index))}
    )
    train_engine(engine, job, steps=1)
    assert first_steps[0] - began < 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
def test_streams_train_several_engines() -> None:
    contender = StreamsContender("digits", 2)
    before = [engine.model.head.weight.clone() for engine in contender.engines]
    contender.train(4)
    assert all(
        not torch.equal(engine.model.head.weight, old) for engine, old in zip(contender.engines, before, strict=True)
    )
