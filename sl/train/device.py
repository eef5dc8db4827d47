"""Which device, precision and step mode a run gets."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch

from sl import fused
from sl.errors import UserError
from sl.numbers import plural
from sl.options.runtime import MOST_THREADS, PRECISIONS, RuntimeConfig, check_runtime
from sl.processes import cores
from sl.sweep.job import job_number
from sl.train.memory import keep_freed_memory

DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in PRECISIONS}
SMALL_STEP = 2**16  # pixels in a batch: 128 digits have 2^13, 128 images of MNIST 10^5, of CIFAR 2^17
COMPILED_VERSIONS = 64  # of one function: every loss, network and batch size of a sweep needs its own
CUBLAS_WORKSPACE = ":4096:8"  # repeatable; read once, by the process's first product, so every run sets it
INSTRUCTION_SETS = ("amx_bf16", "avx512_bf16", "avx512_f", "avx2")  # the widest first
COMPILED, CAPTURED = ("compile", "compiled_graph"), ("graph", "compiled_graph")


@dataclass(frozen=True)
class Runtime:
    """A runtime choice with every `auto` decided."""

    device: torch.device
    precision: str
    step: str
    deterministic: bool
    threads: int


def fast_bfloat16(device: torch.device) -> bool:
    """Whether the hardware itself multiplies bfloat16, so that it is faster than float32 there.

    CUDA from compute capability 8.0; CPUs with AVX512-BF16 or AMX (docs/speed.md says how much faster).
    Others only emulate it.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    flags = torch.cpu.get_capabilities()
    return bool(flags.get("avx512_bf16") or flags.get("amx_bf16"))


def find_device(name: str) -> torch.device:
    """The device called `name` (auto, cpu, cuda, cuda:N); UserError where this machine lacks it.

    A GPU has its number, which `torch.cuda.set_device` asks for: cuda is cuda:0. With auto, jobs that a sweep runs in
    processes of their own take turns at the GPUs: job n gets GPU n modulo their number.
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
    """Decide every `auto` of `config`; raises UserError for what the machine cannot do."""
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
    return Runtime(device, precision, step, config.deterministic, cores() if threads is None else threads)


def asked_threads(config: RuntimeConfig) -> int | None:
    """`runtime.threads`, else `threads_of_environment`; None where neither names a number."""
    if config.threads is not None:
        return config.threads
    return threads_of_environment()


def threads_of_environment() -> int | None:
    """What OMP_NUM_THREADS says first, as in ``4,2``; None where it names no number."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and 0 < int(first) <= MOST_THREADS else None


def threads_that_pay(image_shape: tuple[int, int, int], batch_size: int) -> int:
    """One thread where a step is small, else one per core; a second thread on the same core brings no speed.

    A step on digits takes a few milliseconds: threads that wait for each other cost more than they bring, and many
    times more on cores that others use too.
    """
    _, height, width = image_shape
    physical = torch.cpu.get_capabilities().get("num_physical_cores") or cores()
    return 1 if batch_size * height * width < SMALL_STEP else min(cores(), physical)


def apply_runtime(runtime: Runtime) -> None:
    """Set the process-wide switches of torch that a run needs."""
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
        torch.backends.cudnn.allow_tf32 = False  # float32 is to mean float32; matrix products are so by default


def describe(runtime: Runtime) -> str:
    """The device in words, such as ``cpu: AMD EPYC family 25 avx2, 2 threads`` or ``cuda: NVIDIA H200``."""
    if runtime.device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(runtime.device)}"
    parts = [torch.cpu.get_capabilities()["cpu_name"]]  # generations twice as fast as others have the same name
    if family := cpu_fields().get("cpu family"):
        parts.append(f"family {family}")
    if able := instruction_set():
        parts.append(able)
    return f"cpu: {' '.join(parts)}, {plural(runtime.threads, 'thread')}"


def instruction_set() -> str | None:
    """The widest of the CPU's instruction sets that decide the speed of a step; None where it has none of them."""
    able = torch.cpu.get_capabilities()
    return next((name for name in INSTRUCTION_SETS if able.get(name)), None)


def cpu_fields() -> dict[str, str]:
    """What Linux says of the first processor; empty elsewhere."""
    info = Path("/proc/cpuinfo")
    text = info.read_text().split("\n\n")[0] if info.exists() else ""
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
