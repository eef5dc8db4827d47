"""The benchmark of one case: the reference loop and the engine in turns."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import torch

from sl.processes import cores
from sl.train.prepared import PreparedRun
from studies.bench.contender import CASES, EngineContender, ReferenceContender, prepare_case
from studies.bench.measure import Team, rounds_of, spread, team, times

ONE_AT_A_TIME = "one run"
SEVERAL = (2, 4)  # runs at once on a GPU


def several_runs(device: torch.device) -> dict[str, tuple[int, list[str]]]:
    """Ways of training several runs at once, by title: number of processes and their overrides."""
    if device.type == "cuda":  # the device is named: a process without the GPU must fail, not measure the CPU
        how = " under MPS" if "CUDA_MPS_PIPE_DIRECTORY" in os.environ else ""
        return {f"{count} processes{how}": (count, [f"runtime.device={device}"]) for count in SEVERAL}
    return {f"{cores()} single-threaded processes": (cores(), ["runtime.threads=1"])} if cores() > 1 else {}


def make_teams(stack: ExitStack, case: str, prepared: PreparedRun) -> dict[str, Team]:
    """The teams that take turns, in processes that end with `stack`; on a GPU one process belongs to several teams."""
    batch, device = prepared.plan.batch_size, prepared.runtime.device
    found = {"reference": stack.enter_context(team(batch, 1, ReferenceContender, case))}
    several = several_runs(device)
    if device.type == "cuda":
        count, overrides = max(several.values())
        members = stack.enter_context(team(batch, count, EngineContender, case, overrides)).members
        sizes = {ONE_AT_A_TIME: 1} | {name: count for name, (count, _) in several.items()}
        return found | {name: Team(members[:size], batch) for name, size in sizes.items()}
    found[ONE_AT_A_TIME] = stack.enter_context(team(batch, 1, EngineContender, case))
    for name, (count, overrides) in several.items():
        found[name] = stack.enter_context(team(batch, count, EngineContender, case, overrides))
    return found


def compare(case: str, rounds: int, seconds: float) -> Iterator[dict[str, dict[str, Any]]]:
    """Measure `case` in `rounds` of about `seconds` for each contender; yields the record so far after each round.

    Prints on stderr when a team is ready: on a GPU that takes longer than the rounds.
    """
    prepared = prepare_case(case)
    began = time.monotonic()
    with ExitStack() as stack:
        teams = make_teams(stack, case, prepared)
        for each in teams.values():  # importing PyTorch takes longer than a lap, so all processes do it at once
            each.wait()
        for name, each in teams.items():
            each.fit_steps(seconds)
            print(f"{case}, {name}: ready after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        for laps in rounds_of(teams, rounds):
            own = {name: each for name, each in laps.items() if name != "reference"}
            record = {
                "case": CASES[case][0],
                "rounds": len(laps["reference"]),
                "images_per_second": {name: spread(each) for name, each in laps.items()},
                "times_reference": {name: times(each, laps["reference"]) for name, each in own.items()},
                "engine": teams[ONE_AT_A_TIME].members[0].start("facts").result(),
            }
            yield {case: record}
