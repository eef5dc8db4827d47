"""The machine in words and in numbers, without its name."""

import platform
from typing import Any

import psutil
import torch

from sl.processes import cores
from sl.train.machine import cpu_fields, instruction_set
from studies.slug import slug


def describe_machine(device: torch.device) -> dict[str, Any]:
    """Processor, widest instruction set, cores, GPU, and the versions of Python, PyTorch and CUDA."""
    cpu = cpu_fields()
    on_gpu = device.type == "cuda"
    return {
        "cpu": cpu.get("model name", platform.processor()),
        "cpu_family": cpu.get("cpu family"),
        "instructions": instruction_set(),
        "cores": cores(),
        "gpu": torch.cuda.get_device_name(device) if on_gpu else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if on_gpu else None,
    }


def machine_slug(machine: dict[str, Any]) -> str:
    """The machine's name for files; Zen 3 and Zen 4 are the same family and differ in the instruction set.

    >>> machine_slug({"gpu": None, "cpu": "AMD EPYC", "cpu_family": "25", "instructions": "avx512_bf16", "cores": 2})
    'amd-epyc-family-25-avx512-bf16-2-cores'
    """
    parts = (machine["cpu"], "family", machine["cpu_family"], machine["instructions"], machine["cores"], "cores")
    return slug(machine["gpu"] or " ".join(map(str, parts)))


def busy_cores(seconds: float = 1.0) -> float:
    """How many cores are busy during the next `seconds`: with other work, if called while the benchmark rests."""
    return round(psutil.cpu_percent(seconds) / 100 * (psutil.cpu_count() or 1), 2)
