"""Describes the machine on which a run trains."""

from pathlib import Path

import torch

from sl.numbers import plural
from sl.record.provenance import provenance
from sl.record.schema import Provenance
from sl.train.device import Runtime

INSTRUCTION_SETS = ("amx_bf16", "avx512_bf16", "avx512_f", "avx2")  # the widest first


def origin_of(runtime: Runtime) -> Provenance:
    """The provenance of a run that trains now under `runtime`: commit, packages, machine, precision and step."""
    return provenance(device_title(runtime), runtime.precision, runtime.step)


def device_title(runtime: Runtime) -> str:
    """The device in words, such as ``cpu: AMD EPYC family 25 avx2, 2 threads`` or ``cuda: NVIDIA H200``."""
    if runtime.device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(runtime.device)}"
    parts = [torch.cpu.get_capabilities()["cpu_name"]]  # not enough: generations of one name differ twofold in speed
    if family := cpu_fields().get("cpu family"):
        parts.append(f"family {family}")
    if able := instruction_set():
        parts.append(able)
    return f"cpu: {' '.join(parts)}, {plural(runtime.threads, 'thread')}"


def instruction_set() -> str | None:
    """The widest instruction set of the CPU among those that decide the speed of a step; None if it has none."""
    able = torch.cpu.get_capabilities()
    return next((name for name in INSTRUCTION_SETS if able.get(name)), None)


def cpu_fields() -> dict[str, str]:
    """The fields of the first processor in /proc/cpuinfo; empty on systems other than Linux."""
    info = Path("/proc/cpuinfo")
    text = info.read_text().split("\n\n")[0] if info.exists() else ""
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
