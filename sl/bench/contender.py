"""What is timed against each other."""

import resource
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from omegaconf import OmegaConf

from sl import fused
from sl.bench.case import CASES, case_job
from sl.bench.machine import matmul_rate
from sl.bench.reference import reference_loop
from sl.config.schema import RecipeConfig
from sl.models.classifier import Classifier
from sl.train.assemble import make_engine, make_loss, make_model
from sl.train.device_data import DeviceData
from sl.train.engine import Engine
from sl.train.fit import learning_rates
from sl.train.prepare import Job
from sl.train.seeds import generator


class Contender(ABC):
    """A training loop of one case."""

    job: Job

    def train(self, steps: int) -> None:
        """Train that many whole batches, in as many epochs as that takes; returns when the device is done."""
        most = len(self.job.noisy.labels) // self.job.plan.batch_size
        while steps > 0:
            self.train_within_epoch(min(steps, most))
            steps -= most

    @abstractmethod
    def train_within_epoch(self, steps: int) -> None:
        """Train that many whole batches of an epoch."""


class EngineContender(Contender):
    """This project's engine, under the runtime that `overrides` choose."""

    def __init__(self, case: str, overrides: Sequence[str] = ()) -> None:
        self.job, self.real_images = case_job(CASES[case], overrides)
        self.engine = make_engine(self.job)

    def train_within_epoch(self, steps: int) -> None:
        """As in `train_one_epoch`, without the evaluation."""
        train_engine(self.engine, self.job, steps)

    def evaluation_rate(self) -> float:
        """Test images evaluated in a second."""
        began = time.perf_counter()
        self.engine.predict(self.engine.data.test_images).sum().item()
        return len(self.engine.data.test_images) / (time.perf_counter() - began)

    def matmul_rate(self) -> float:
        """Operations a second of a large matrix multiplication at the engine's precision."""
        return matmul_rate(self.job.runtime)

    def facts(self) -> dict[str, Any]:
        """Runtime and memory, of all that was done so far."""
        runtime, plan = self.job.runtime, self.job.plan
        data = self.engine.data
        return {
            "precision": runtime.precision,
            "step": runtime.step,
            "threads": runtime.threads,
            "fused_layers": fused.enabled(),
            "real_images": self.real_images,
            "batch_size": plan.batch_size,
            "epochs": plan.epochs,
            "train_images": len(data.images),
            "test_images": len(data.test_images),
            "data_bytes": data.images.nbytes + data.test_images.nbytes,
            "peak_bytes": peak_bytes(runtime.device),
        }


def train_engine(engine: Engine, job: Job, steps: int) -> None:
    """Train `steps` whole batches of a shuffled epoch."""
    data = engine.data
    order = torch.randperm(len(data.noisy), generator=generator(0, "order"))[: steps * engine.batch_size]
    draws = engine.augmentation.draw(len(data.noisy), data.image_shape, generator(0, "augmentation"))
    rates = learning_rates(engine, job.plan, 1)[:1].expand(steps)
    engine.train_epoch(order, draws, rates)[0].item()


def new_engine(job: Job, model: Classifier | None = None) -> Engine:
    """An engine that no other run shares, of another network where `model` is given."""
    recipe = OmegaConf.to_object(job.config.recipe)
    assert isinstance(recipe, RecipeConfig)
    data = DeviceData(job.dataset, recipe.normalisation, job.runtime.device)
    data.noisy.copy_(job.noisy.labels)
    return Engine(model or make_model(job), make_loss(job), data, recipe, job.plan.batch_size, job.runtime)


class ReferenceContender(Contender):
    """The reference loop, with PyTorch's own defaults for everything."""

    def __init__(self, case: str) -> None:
        self.job, _ = case_job(CASES[case], [])
        self.loop = reference_loop(self.job)

    def train_within_epoch(self, steps: int) -> None:
        """A pass over as many shuffled images."""
        count = steps * self.job.plan.batch_size
        self.loop.train(torch.randperm(len(self.job.noisy.labels))[:count])

    def facts(self) -> dict[str, Any]:
        """Threads, workers and memory (of the main process)."""
        peak = peak_bytes(self.job.runtime.device)
        return {"threads": torch.get_num_threads(), "workers": self.loop.loader.num_workers, "peak_bytes": peak}


def peak_bytes(device: torch.device) -> int:
    """The most memory that this process has held: on the GPU, or else all of it.

    Linux's VmHWM where there is one: `ru_maxrss` begins with what the parent held when it started the process.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
