"""What each technique brings: the default against itself with one thing changed, in turns."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

from sl.bench import changes
from sl.bench.case import CASES, case_job
from sl.bench.compare import several_runs, team
from sl.bench.contender import EngineContender, ReferenceContender
from sl.bench.measure import core_times, interleave, rates, times
from sl.bench.mps import multi_process_service
from sl.errors import UserError
from sl.train.device import CAPTURED, Runtime

STREAMS = (2, 4)


@dataclass(frozen=True)
class Change:
    """What is changed, and `count` processes of `make(case, *arguments)` that have it so, all of it within `around`."""

    name: str
    make: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    count: int = 1
    around: Callable[[], AbstractContextManager[None]] = nullcontext


def runtime_change(name: str, *overrides: str, count: int = 1) -> Change:
    """A change that a runtime option makes."""
    return Change(name, EngineContender, (overrides,), count)


COMPILE = (runtime_change("step compiled", "runtime.step=compile"),)


def changes_for(case: str, runtime: Runtime) -> list[Change]:
    """All that can be changed on this device."""
    not_captured = ", step not captured" if runtime.step in CAPTURED else ""
    found = [
        Change("everything: the reference loop", ReferenceContender),
        Change(f"images from PIL and worker processes{not_captured}", changes.LoadedContender),
        Change("channels first", changes.ChangedContender, (changes.channels_first,)),
        Change("optimiser parameter by parameter", changes.ChangedContender, (changes.one_by_one,)),
        Change("the loss read at every step", changes.ChangedContender, (changes.read_back,)),
        runtime_change("runtime=deterministic", "runtime=deterministic"),
        *COMPILE,
    ]
    if runtime.precision == "bfloat16":
        found.append(runtime_change("float32", "runtime.precision=float32"))
    if runtime.device.type == "cuda":
        found.append(runtime_change("step not captured", "runtime.step=eager"))
        found.append(runtime_change("step compiled and captured (runtime=fast)", "runtime=fast"))
        found += [Change(f"{count} streams", changes.StreamsContender, (count,)) for count in STREAMS]
        found += [
            Change(f"{name} and MPS", EngineContender, (more,), count, multi_process_service)
            for name, (count, more) in several_runs(runtime.device).items()
        ]
        if case == "cnn8":
            found.append(Change("200 channels in place of 196", changes.WidthContender, (200,)))
    else:
        found.append(Change("layers not fused", changes.ChangedContender, (changes.unfused,)))
        found.append(Change("freed memory returned at every step", changes.ReturningContender))
        found.append(runtime_change("one thread", "runtime.threads=1"))
    several = several_runs(runtime.device).items()
    return found + [runtime_change(name, *more, count=count) for name, (count, more) in several]


def ablate(case: str, rounds: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure every change of `case` against the default; after each of them, the record for JSON so far."""
    job, _ = case_job(CASES[case], [])
    batch = job.plan.batch_size
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        default = stack.enter_context(team(batch, 1, EngineContender, case))
        default.fit_steps(seconds)
        all_default = interleave({"default": default}, 1)["default"]
        for change in changes_for(case, job.runtime):
            try:
                with change.around(), team(batch, change.count, change.make, case, *change.arguments) as changed:
                    changed.fit_steps(seconds)
                    laps = interleave({"default": default, "changed": changed}, rounds)
            except UserError as error:  # hours of a machine are not lost for one that cannot do all of it
                print(f"not measured: {change.name}: {error}", file=sys.stderr, flush=True)
                continue
            all_default += laps["default"]
            compared = laps["changed"], laps["default"]
            row = {"images_per_second": rates(laps["changed"]), "times": times(*compared)}
            row["times_per_core"] = core_times(*compared)
            rows.append({"name": change.name} | {key: spread.plain() for key, spread in row.items()})
            yield {
                "case": CASES[case].name,
                "rounds": rounds,
                "default": rates(all_default).plain(),
                "runtime": {name: getattr(job.runtime, name) for name in ("precision", "step", "threads")},
                "changes": rows,
            }
