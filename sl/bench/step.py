"""Where a training step spends its time: its kernels on a GPU, PyTorch's operators on a CPU."""

import re
import time
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from sl.bench.contender import CASES, EngineContender, peak_bytes

WARM_UP_STEPS = 20
STEPS = 20
LONGEST = 45  # parts that are named; the rest are one line
NAME = 100  # characters of a kernel's name: C++ spells out all of its template
NAMESPACES = re.compile(r"^void |\(anonymous namespace\)::|at::native::|at::|c10::|std::")


def profile_step(case: str) -> dict[str, Any]:
    """What a step of `case` consists of under the default runtime, for JSON; each number is a mean over STEPS steps.

    step_microseconds: a step without the profiler, on the clock. busy_microseconds and launches: the sums over `parts`,
    the longest first: the kernels of a GPU, or the operators of a CPU without what they call.
    """
    contender = EngineContender(case)
    engine, runtime = contender.engine, contender.job.runtime
    contender.train(WARM_UP_STEPS)
    index = torch.arange(engine.batch_size, device=runtime.device)

    def steps() -> None:
        for _ in range(STEPS):
            engine.train_step(index)
        engine.loss_sum.item()  # waits for the device

    began = time.perf_counter()
    steps()
    seconds = time.perf_counter() - began
    on_gpu = runtime.device.type == "cuda"
    with profile(activities=[ProfilerActivity.CUDA if on_gpu else ProfilerActivity.CPU]) as found:
        steps()
    timed = [
        (each, each.self_device_time_total if on_gpu else each.self_cpu_time_total) for each in found.key_averages()
    ]
    return {
        "case": CASES[case][0],
        "runtime": {name: getattr(runtime, name) for name in ("precision", "step", "threads")},
        "batch_size": engine.batch_size,
        "step_microseconds": round(seconds / STEPS * 1e6, 1),
        "peak_bytes": peak_bytes(runtime.device),
        **summary([(each.key, micros / STEPS, each.count / STEPS) for each, micros in timed if micros]),
    }


def summary(parts: list[tuple[str, float, float]]) -> dict[str, Any]:
    """Sums over `parts` (name, microseconds, launches of a step each), and the LONGEST of them by name."""
    ordered = sorted(parts, key=lambda part: -part[1])
    rest = ordered[LONGEST:]
    named = [(short_name(name), micros, count) for name, micros, count in ordered[:LONGEST]]
    if rest:
        named.append(("all others", sum(part[1] for part in rest), sum(part[2] for part in rest)))
    return {
        "busy_microseconds": round(sum(part[1] for part in parts), 1),
        "launches": round(sum(part[2] for part in parts), 1),
        "parts": [
            {"name": name, "microseconds": round(micros, 1), "launches": round(count, 1)}
            for name, micros, count in named
        ],
    }


def short_name(name: str) -> str:
    """A kernel's name without the namespaces of PyTorch, cut off where its template goes on for lines.

    >>> short_name("void at::native::reduce_kernel<128, 4, at::native::ReduceOp<c10::BFloat16> >")
    'reduce_kernel<128, 4, ReduceOp<BFloat16> >'
    """
    return NAMESPACES.sub("", name)[:NAME]
