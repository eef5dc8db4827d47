"""The options `runtime.*`: where and how a run is computed. Only the precision belongs to the run's identity."""

from dataclasses import dataclass

from sl.checks import integer, one_of

PRECISIONS = ("float32", "bfloat16")
STEPS = ("eager", "compile", "graph", "compiled_graph")
MOST_THREADS = 1024


@dataclass
class RuntimeConfig:
    """The runtime as the user asks for it; sl/train/device.py decides what `auto` and null mean on a machine."""

    device: str
    precision: str
    step: str
    deterministic: bool
    threads: int | None


def check_runtime(config: RuntimeConfig) -> None:
    """Raise UserError for an unknown precision or step, or for threads outside 1 to MOST_THREADS."""
    one_of("runtime.precision", config.precision, ("auto", *PRECISIONS))
    one_of("runtime.step", config.step, ("auto", "fastest", *STEPS))
    if config.threads is not None:
        integer("runtime.threads", config.threads, 1, MOST_THREADS)
