"""The machine in words and in numbers, without its name."""

import os
import platform
import re
import time
from pathlib import Path
from typing import Any

import torch

from sl.train.device import DTYPES, Runtime, cores, cpu_fields

SIDE = {"cuda": 8192, "cpu": 2048}
REPEATS = 5


def describe_machine(device: torch.device) -> dict[str, Any]:
    """Processor, cores, memory, GPU, system and packages."""
    cpu = cpu_fields()
    return {
        "cpu": cpu.get("model name", platform.processor()),
        "cpu_family": cpu.get("cpu family"),
        "cpu_model": cpu.get("model"),
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "bfloat16": [name for name in ("avx512_bf16", "amx_bf16") if torch.cpu.get_capabilities().get(name)],
        "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if device.type == "cuda" else None,
    }


def slug(machine: dict[str, Any]) -> str:
    """The machine's name for files.

    >>> slug({"gpu": None, "cpu": "AMD EPYC", "cpu_family": "26", "cores": 2})
    'amd-epyc-family-26-2-cores'
    """
    words = machine["gpu"] or f"{machine['cpu']} family {machine['cpu_family']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def matmul_rate(runtime: Runtime) -> float:
    """Floating point operations a second of the best of some multiplications of large square matrices."""
    side = SIDE[runtime.device.type]
    one, other = (torch.randn(side, side, device=runtime.device, dtype=DTYPES[runtime.precision]) for _ in range(2))
    best = float("inf")
    for _ in range(REPEATS):
        _wait(runtime.device)
        began = time.perf_counter()
        one @ other
        _wait(runtime.device)
        best = min(best, time.perf_counter() - began)
    return 2 * side**3 / best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def busy_cores(seconds: float = 1.0) -> float | None:
    """How many cores were busy during the next `seconds`: those of others, if called while the benchmark rests."""
    before = _busy_seconds()
    time.sleep(seconds)
    after = _busy_seconds()
    return None if before is None or after is None else round((after - before) / seconds, 2)


def _busy_seconds() -> float | None:
    """Seconds of all cores that were not idle since the system started."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    user, nice, system, _idle, _wait, irq, soft, *_ = map(int, stat.read_text().splitlines()[0].split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")
