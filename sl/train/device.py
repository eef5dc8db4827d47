"""Chooses the device, precision, step mode and threads of a run."""

import os
from dataclasses import dataclass

import torch

from sl import fused
from sl.errors import UserError
from sl.numbers import plural
from sl.options.runtime import RuntimeConfig, check_runtime
from sl.processes import cores
from sl.sweep.job import job_number
from sl.train.memory import keep_freed_memory
from sl.train.threads import asked_threads, share

COMPILED_VERSIONS = 64  # of one function: every loss, network and batch size of a sweep needs its own
CUBLAS_WORKSPACE = ":4096:8"  # makes cuBLAS repeatable; read once, at the process's first product, so every run sets it
COMPILED, CAPTURED = ("compile", "compiled_graph"), ("graph", "compiled_graph")


@dataclass(frozen=True)
class Runtime:
    """The runtime options of a run, with every `auto` resolved."""

    device: torch.device
    precision: str
    step: str
    deterministic: bool
    threads: int


def fast_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16, which is then faster than float32.

    These are CUDA devices from compute capability 8.0, and CPUs with AVX512-BF16 or AMX (docs/speed.md says how much
    faster). Others only emulate bfloat16.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    flags = torch.cpu.get_capabilities()
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


def find_device(name: str) -> torch.device:
    """The device called `name` (auto, cpu, cuda, cuda:N); UserError if this machine lacks it.

    A GPU always has its number, which `torch.cuda.set_device` needs: cuda is cuda:0. With auto, the processes of a
    command or a sweep that train at once share the GPUs: process n (`job_number`) gets GPU n modulo their number.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        name = f"cuda:{(job_number() or 0) % count}" if count else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or (device.type != "cuda" and device != torch.device("cpu")):
        raise UserError("runtime.device", name, "must be auto, cpu, cuda or cuda:N")
    if device.type == "cuda" and (device.index or 0) >= count:
        numbered = {0: "auto or cpu", 1: "auto, cpu or cuda:0"}.get(count, f"auto, cpu or cuda:0 to cuda:{count - 1}")
        rule = f"must be {numbered}: this machine has {plural(count, 'CUDA device')}"
        raise UserError("runtime.device", name, rule)
    return torch.device("cuda", device.index or 0) if device.type == "cuda" else device


def resolve_runtime(config: RuntimeConfig) -> Runtime:
    """Resolve every `auto` of `config`; raises UserError for what this machine cannot do."""
    check_runtime(config)
    device = find_device(config.device)
    precision, step = config.precision, config.step
    if precision == "auto":
        precision = "bfloat16" if fast_bfloat16(device) else "float32"
    if step in ("auto", "fastest"):
        step = {"auto": "graph", "fastest": "compiled_graph"}[step] if device.type == "cuda" else "eager"
    if step in CAPTURED and device.type != "cuda":
        raise UserError("runtime.step", step, "must be auto, fastest, eager or compile: CUDA graphs need a CUDA device")
    threads = asked_threads(config)
    return Runtime(device, precision, step, config.deterministic, share(cores()) if threads is None else threads)


def apply_runtime(runtime: Runtime) -> None:
    """Set the process-wide options of PyTorch, and of memory, that a run needs."""
    torch.set_num_threads(runtime.threads)
    if torch.are_deterministic_algorithms_enabled() != runtime.deterministic:  # the call imports a compiler
        torch.use_deterministic_algorithms(runtime.deterministic)
    if runtime.step in COMPILED:
        torch._dynamo.config.recompile_limit = COMPILED_VERSIONS
    fused.enable(runtime.device.type == "cpu" and runtime.step == "eager" and not runtime.deterministic)
    if runtime.device.type == "cpu":
        keep_freed_memory()
    else:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", CUBLAS_WORKSPACE)
        torch.cuda.set_device(runtime.device)
        torch.backends.cudnn.benchmark = not runtime.deterministic
        torch.backends.cudnn.allow_tf32 = False  # float32 must not become TF32; for matrix products that is the default
