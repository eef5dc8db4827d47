"""The training loops that are timed against each other."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from sl.config.compose import compose_run
from sl.processes import cores
from sl.train.device import Runtime
from sl.train.engine import make_engine
from sl.train.epoch import learning_rates
from sl.train.prepared import PreparedRun, prepare
from sl.train.seeds import generator
from studies.bench.reference import ReferenceLoop

CASES = {
    "cnn8": ("cnn8 on CIFAR-10", ("dataset=cifar10",)),
    "cnn4": ("cnn4 on MNIST", ("dataset=mnist",)),
    "digits": ("cnn4 on digits", ("dataset=digits", "recipe.flip=true", "recipe.shift=0.2")),
}


def prepare_case(case: str, overrides: Sequence[str] = ()) -> PreparedRun:
    """The run that a case trains."""
    return prepare(compose_run([*CASES[case][1], "noise=symmetric", "loss=sl", *overrides]))


class Contender(ABC):
    """A training loop of one case, under the runtime that `overrides` choose."""

    def __init__(self, case: str, overrides: Sequence[str] = ()) -> None:
        self.prepared = prepare_case(case, overrides)

    def train(self, steps: int) -> float:
        """Train `steps` whole batches, over several epochs if needed; returns the seconds until the device is done."""
        began = time.perf_counter()
        most = len(self.prepared.noisy.labels) // self.prepared.plan.batch_size
        while steps > 0:
            order = torch.randperm(len(self.prepared.noisy.labels), generator=generator(0, "order"))
            self.train_on(order[: min(steps, most) * self.prepared.plan.batch_size])
            steps -= most
        return time.perf_counter() - began

    @abstractmethod
    def train_on(self, order: torch.Tensor) -> None:
        """Train on the images `order` (n,), whole batches of an epoch."""


class ReferenceContender(Contender):
    """The reference loop, with PyTorch's own defaults for everything."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.loop = ReferenceLoop(self.prepared, workers=cores())  # the number of workers that PyTorch suggests

    def train_on(self, order: torch.Tensor) -> None:
        """Train once on the images `order` with the reference loop."""
        self.loop.train(order)


class EngineContender(Contender):
    """The engine that trains all runs of this project."""

    def __init__(self, case: str, overrides: Sequence[str] = ()) -> None:
        super().__init__(case, overrides)
        self.engine = make_engine(self.prepared)

    def train_on(self, order: torch.Tensor) -> None:
        """Train once on the images `order`, as in an epoch of a run, without the evaluation."""
        engine, data = self.engine, self.engine.data
        draws = engine.augmentation.draw(len(data.noisy), data.image_shape, generator(0, "augmentation"))
        rates = learning_rates(engine, self.prepared.plan, 1)[:1].expand(len(order) // engine.batch_size)
        engine.train_epoch(order, draws, rates)[0].item()

    def facts(self) -> dict[str, Any]:
        """The runtime, the size of the data and the peak memory so far, in bytes."""
        data = self.engine.data
        sizes = {"data_bytes": data.images.nbytes + data.test_images.nbytes}
        return chosen(self.prepared.runtime) | sizes | {"peak_bytes": peak_bytes(self.prepared.runtime.device)}


def chosen(runtime: Runtime) -> dict[str, Any]:
    """The values of a runtime that affect the speed, for JSON."""
    return {name: getattr(runtime, name) for name in ("precision", "step", "threads")}


def peak_bytes(device: torch.device) -> int | None:
    """The peak memory of this process in bytes: that on the GPU, or else its main memory (Linux only, else None).

    VmHWM is read because `ru_maxrss` begins with what the parent held when it started the process.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
