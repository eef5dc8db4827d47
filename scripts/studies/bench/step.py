"""Where a training step spends its time: its kernels on a GPU, PyTorch's operators on a CPU."""

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from sl.train.device import CAPTURED
from studies.bench.contender import CASES, EngineContender, chosen

WARM_UP_STEPS = 20
STEPS = 20
FAST = "runtime=fast"
NAME = 100  # characters of a kernel's name: C++ spells out all of its template
NAMESPACES = re.compile(r"^void |\(anonymous namespace\)::|at::native::|at::|c10::|std::")


def profile_steps(case: str) -> Iterator[dict[str, dict[str, Any]]]:
    """The parts of a step of `case` under the default runtime and, on a GPU, under runtime=fast: {name: record}."""
    yield {case: (default := profile_step(case))}
    if default["runtime"]["step"] in CAPTURED:
        yield {f"{case}, {FAST}": profile_step(case, [FAST])}


def profile_step(case: str, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """The parts of a step of `case`, for JSON; each number is a mean over STEPS steps.

    step_microseconds: wall time of a step without the profiler. busy_microseconds and launches: sums over `parts`. The
    parts, the longest first, are kernels on a GPU, or operators on a CPU without the time of those they call.
    """
    contender = EngineContender(case, overrides)
    engine, runtime = contender.engine, contender.prepared.runtime
    contender.train(WARM_UP_STEPS)
    index = torch.arange(engine.batch_size, device=runtime.device)

    def steps() -> None:
        for _ in range(STEPS):
            engine.train_step(index)
        engine.loss_sum.item()  # waits for the device

    began = time.perf_counter()
    steps()
    seconds = time.perf_counter() - began
    kind, time_of = (ProfilerActivity.CPU, "self_cpu_time_total")
    if runtime.device.type == "cuda":
        kind, time_of = (ProfilerActivity.CUDA, "self_device_time_total")
    with profile(activities=[kind]) as found:
        steps()
    averages = found.key_averages()
    return {
        "case": CASES[case][0],
        "runtime": chosen(runtime),
        "batch_size": engine.batch_size,
        "step_microseconds": round(seconds / STEPS * 1e6, 1),
        **summary([(each.key, getattr(each, time_of) / STEPS, each.count / STEPS) for each in averages]),
    }


def summary(parts: list[tuple[str, float, float]]) -> dict[str, Any]:
    """Sums over `parts` (name, microseconds and launches in a step), and the parts that take time, longest first."""
    ordered = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
    return {
        "busy_microseconds": round(sum(part[1] for part in ordered), 1),
        "launches": round(sum(part[2] for part in ordered), 1),
        "parts": [
            {"name": short_name(name), "microseconds": round(micros, 1), "launches": round(count, 1)}
            for name, micros, count in ordered
        ],
    }


def short_name(name: str) -> str:
    """A kernel's name without the namespaces of PyTorch, cut off after NAME characters.

    >>> short_name("void at::native::reduce_kernel<128, 4, at::native::ReduceOp<c10::BFloat16> >")
    'reduce_kernel<128, 4, ReduceOp<BFloat16> >'
    """
    return NAMESPACES.sub("", name)[:NAME]
