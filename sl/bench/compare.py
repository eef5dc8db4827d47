"""The benchmark of one case: the reference loop and the engine in turns, and what surrounds them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from sl.bench.case import CASES, case_job
from sl.bench.child import Child
from sl.bench.contender import EngineContender, ReferenceContender
from sl.bench.measure import Spread, Team, core_times, interleave, rates, times
from sl.bench.projection import run_seconds
from sl.bench.start import Starter
from sl.bench.work import training_flops
from sl.train.assemble import make_model
from sl.train.device import cores

ONE_AT_A_TIME = "one run"
SEVERAL = (2, 4)  # runs at once on a GPU


def several_runs(device: torch.device) -> dict[str, tuple[int, list[str]]]:
    """Ways of training several runs at once: number of processes and their overrides."""
    if device.type == "cuda":  # named: a process that cannot reach the GPU is to fail, not to measure the CPU
        return {f"{count} processes": (count, [f"runtime.device={device}"]) for count in SEVERAL}
    return {f"{cores()} single-threaded processes": (cores(), ["runtime.threads=1"])} if cores() > 1 else {}


@contextmanager
def team(batch_size: int, count: int, make: Any, *arguments: Any) -> Iterator[Team]:
    """`count` processes of a kind; they end with the block."""
    with ExitStack() as stack:
        yield Team([stack.enter_context(Child(make, *arguments)) for _ in range(count)], batch_size)


def compare(case: str, rounds: int, seconds: float, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Measure `case` in `rounds` of about `seconds` for each contender; a record for JSON."""
    job, _ = case_job(CASES[case], overrides)
    batch = job.plan.batch_size
    ways = several_runs(job.runtime.device)
    with ExitStack() as stack:
        teams = {
            "reference": stack.enter_context(team(batch, 1, ReferenceContender, case)),
            ONE_AT_A_TIME: stack.enter_context(team(batch, 1, EngineContender, case, overrides)),
        }
        for name, (count, more) in ways.items():
            teams[name] = stack.enter_context(team(batch, count, EngineContender, case, [*overrides, *more]))
        for each in teams.values():
            each.fit_steps(seconds)
        laps = interleave(teams, rounds)
        engine, reference = teams[ONE_AT_A_TIME].members[0], teams["reference"].members[0]
        evaluation = Spread.of([engine.call("evaluation_rate") for _ in range(3)])
        facts = {"engine": engine.call("facts"), "reference": reference.call("facts")}  # the peak is that of a run
        matmul = Spread.of([engine.call("matmul_rate") for _ in range(rounds)])
    flops = training_flops(make_model(job), job.dataset.image_shape)
    median = {name: rates(each).median for name, each in laps.items()}
    own = {name: each for name, each in laps.items() if name != "reference"}
    return {
        "case": CASES[case].name,
        "images_per_second": {name: rates(each).plain() for name, each in laps.items()},
        "times_reference": {name: times(each, laps["reference"]).plain() for name, each in own.items()},
        "times_reference_per_core": {name: core_times(each, laps["reference"]).plain() for name, each in own.items()},
        "flops_per_image": flops,
        "matmul_flops": matmul.plain(),
        "share_of_matmul": round(median[ONE_AT_A_TIME] * flops / matmul.median, 3),
        "evaluation_images_per_second": evaluation.plain(),
        "runs_per_hour": {
            name: round(3600 / run_seconds(facts["engine"], rate, evaluation.median * rate / median[ONE_AT_A_TIME]), 4)
            for name, rate in median.items()
        },
        "start": start(case),
        **facts,
        "rounds": rounds,
    }


def start(case: str) -> dict[str, float]:
    """Seconds to the first step of a run in a new process, and of the next run in the same process."""
    with Child(Starter, case, time.time()) as child:
        return {"first_run_seconds": round(child.call("first"), 2), "second_run_seconds": round(child.call("later"), 3)}
