"""The engine with one of its techniques undone or replaced."""

from collections.abc import Callable
from functools import partial
from unittest import mock

import torch
from torch import Tensor

from sl import fused
from sl.bench.case import CASES, case_job
from sl.bench.contender import Contender, EngineContender, new_engine
from sl.bench.reference import reference_loop
from sl.models.cnn import Cnn
from sl.recipes import SGD, build_optimizer
from sl.train.device import apply_runtime
from sl.train.engine import Engine


class ChangedContender(EngineContender):
    """The engine after `change`, one of the functions below."""

    def __init__(self, case: str, change: Callable[[Engine], None]) -> None:
        super().__init__(case)
        change(self.engine)


def channels_first(engine: Engine) -> None:
    """Tensors in PyTorch's usual order."""
    engine.memory_format = torch.contiguous_format
    engine.model.to(memory_format=torch.contiguous_format)
    engine.optimizer = build_optimizer(engine.model, engine.recipe)
    engine._steps.clear()


def unfused(engine: Engine) -> None:
    """Batch normalisation, pooling and ReLU layer by layer."""
    fused.enable(False)


def one_by_one(engine: Engine) -> None:
    """An optimiser that goes through the parameters one by one."""
    engine.optimizer.step = partial(step_one_by_one, engine.optimizer)  # type: ignore[method-assign]
    engine._steps.clear()


@torch.no_grad()
def step_one_by_one(optimizer: SGD) -> None:
    """`optimizer.step()` as textbooks write it; without clipping and Nesterov."""
    decayed = {id(parameter) for parameter in optimizer.decayed}
    for parameter, velocity in zip(optimizer.parameters, optimizer.velocity, strict=True):
        assert parameter.grad is not None
        gradient = parameter.grad
        if id(parameter) in decayed:
            gradient = gradient.add(parameter, alpha=optimizer.weight_decay)
        velocity.mul_(optimizer.momentum).add_(gradient * optimizer.lr if optimizer.lr_in_velocity else gradient)
        parameter.sub_(velocity if optimizer.lr_in_velocity else velocity * optimizer.lr)


def read_back(engine: Engine) -> None:
    """The loss is read at every step."""

    def reading(step: Callable[[Tensor], None]) -> Callable[[Tensor], None]:
        def read(index: Tensor) -> None:
            step(index)
            engine.loss_sum.item()

        return read

    engine._steps = {size: reading(step) for size, step in engine._steps.items()}


class ReturningContender(EngineContender):
    """The engine in a process that gives freed memory back to the system, as processes do by default."""

    def __init__(self, case: str) -> None:
        with mock.patch("sl.train.device.keep_freed_memory"):
            super().__init__(case)


class LoadedContender(EngineContender):
    """The engine on images that come from PIL and worker processes; its step is not captured then."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.loop = reference_loop(self.job)

    def train_within_epoch(self, steps: int) -> None:
        """As the reference loop feeds its network."""
        engine = self.engine
        order = torch.randperm(len(engine.data.noisy))[: steps * engine.batch_size]
        self.loop.sampler.order = order.tolist()
        engine.model.train()
        for (images, _), index in zip(self.loop.loader, order.split(engine.batch_size), strict=True):
            device = engine.runtime.device
            engine.update(images.to(device, non_blocking=True), index.to(device, non_blocking=True))
        engine.loss_sum.item()


class WidthContender(EngineContender):
    """cnn8 with another width of its last block; 196, which is the paper's, is no multiple of 8."""

    def __init__(self, case: str, width: int) -> None:
        self.job, self.real_images = case_job(CASES[case], [])
        apply_runtime(self.job.runtime)
        blocks = ((64, 64), (128, 128), (width, width))
        self.engine = new_engine(self.job, Cnn(blocks, 256, self.job.dataset.num_classes, self.job.dataset.image_shape))


class StreamsContender(Contender):
    """Several engines in one process, their captured steps on a CUDA stream each."""

    def __init__(self, case: str, count: int) -> None:
        self.job, _ = case_job(CASES[case], [])
        apply_runtime(self.job.runtime)
        self.engines = [new_engine(self.job) for _ in range(count)]
        self.streams = [torch.cuda.Stream(self.job.runtime.device) for _ in range(count)]
        for engine in self.engines:
            engine._prepare_steps()

    def train_within_epoch(self, steps: int) -> None:
        """`steps` batches in all, the engines in turns."""
        batch = self.engines[0].batch_size
        order = torch.randperm(len(self.engines[0].data.noisy))
        index = order.to(self.engines[0].runtime.device)  # a copy waits; a draw over there would be on another stream
        parts = index[: steps * batch].split(batch)
        for number, part in enumerate(parts):
            turn = number % len(self.engines)
            with torch.cuda.stream(self.streams[turn]):
                self.engines[turn]._steps[batch](part)
        torch.cuda.synchronize()
