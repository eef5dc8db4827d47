"""The benchmark of one case: the reference loop and the engine in turns."""

from contextlib import ExitStack
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from sl.bench.contender import CASES, EngineContender, ReferenceContender, case_job
from sl.bench.measure import core_times, interleave, rates, spread, team, times
from sl.train.device import cores
from sl.train.engine import make_model

ONE_AT_A_TIME = "one run"
SEVERAL = (2, 4)  # runs at once on a GPU


def several_runs(device: torch.device) -> dict[str, tuple[int, list[str]]]:
    """Ways of training several runs at once: number of processes and their overrides."""
    if device.type == "cuda":  # named: a process that cannot reach the GPU is to fail, not to measure the CPU
        return {f"{count} processes": (count, [f"runtime.device={device}"]) for count in SEVERAL}
    return {f"{cores()} single-threaded processes": (cores(), ["runtime.threads=1"])} if cores() > 1 else {}


def compare(case: str, rounds: int, seconds: float) -> dict[str, Any]:
    """Measure `case` in `rounds` of about `seconds` for each contender; a record for JSON."""
    job = case_job(case)
    batch = job.plan.batch_size
    with ExitStack() as stack:
        teams = {"reference": stack.enter_context(team(batch, seconds, 1, ReferenceContender, case))}
        teams[ONE_AT_A_TIME] = stack.enter_context(team(batch, seconds, 1, EngineContender, case))
        for name, (count, more) in several_runs(job.runtime.device).items():
            teams[name] = stack.enter_context(team(batch, seconds, count, EngineContender, case, more))
        laps = interleave(teams, rounds)
        engine, reference = teams[ONE_AT_A_TIME].members[0], teams["reference"].members[0]
        evaluation = spread([engine.call("evaluation_rate") for _ in range(3)])
        facts = {"engine": engine.call("facts"), "reference": reference.call("facts")}  # the peak is that of a run
        matmul = spread([engine.call("matmul_rate") for _ in range(rounds)])
    flops = training_flops(make_model(job), job.dataset.image_shape)
    found = {name: rates(each) for name, each in laps.items()}
    one = found[ONE_AT_A_TIME]["median"]
    own = {name: each for name, each in laps.items() if name != "reference"}
    return {
        "case": CASES[case][0],
        "rounds": rounds,
        "images_per_second": found,
        "times_reference": {name: times(each, laps["reference"]) for name, each in own.items()},
        "times_reference_per_core": {name: core_times(each, laps["reference"]) for name, each in own.items()},
        "flops_per_image": flops,
        "matmul_flops": matmul,
        "share_of_matmul": round(one * flops / matmul["median"], 3),
        "evaluation_images_per_second": evaluation,
        "runs_per_hour": {
            name: round(runs_per_hour(facts["engine"], rate["median"], evaluation["median"] * rate["median"] / one), 4)
            for name, rate in found.items()
        },
        **facts,
    }


def training_flops(model: nn.Module, image_shape: tuple[int, int, int], batch: int = 2) -> float:
    """Floating point operations of the forward and backward pass of one image (convolutions and matrix products)."""
    with FlopCounterMode(display=False) as counter:
        model.train()(torch.zeros(batch, *image_shape)).sum().backward()
    return counter.get_total_flops() / batch


def runs_per_hour(facts: dict[str, Any], rate: float, evaluation_rate: float) -> float:
    """Whole runs in an hour, computed: every epoch trains on all images and evaluates on all test images.

    >>> runs_per_hour({"epochs": 10, "train_images": 200, "test_images": 100}, rate=10, evaluation_rate=50)
    16.36...
    """
    return 3600 / (facts["epochs"] * (facts["train_images"] / rate + facts["test_images"] / evaluation_rate))
