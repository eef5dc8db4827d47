"""One network, loss and optimiser on one device, and the training step that every run of a sweep reuses.

Nothing in an epoch waits for the device: data, draws, learning rates and metrics are tensors there, and the
step has no Python value that changes from call to call, so that it can be captured once and replayed.
"""

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sl.evaluate import training_counts
from sl.losses import Loss
from sl.models.batches import images_at_once, in_batches
from sl.models.classifier import Classifier, initialised_part
from sl.noise import NoisyLabels
from sl.options.recipe import RecipeConfig
from sl.recipes.augment import Draws, build_augmentation
from sl.recipes.batchnorm import debiased_statistics
from sl.recipes.optimizer import build_optimizer
from sl.record.identity import canonical
from sl.train.cache import Cache
from sl.train.capture import CapturedStep
from sl.train.device import CAPTURED, COMPILED, Runtime, apply_runtime
from sl.train.device_data import DeviceData
from sl.train.forward import autocast, forward_pass, lower_precision
from sl.train.kernels import channels_last_fails, warn_of_slow_kernels
from sl.train.network import make_model
from sl.train.plan import batch_sizes
from sl.train.prepared import PreparedRun, make_loss
from sl.train.step_weights import StepWeights

EVALUATION_BATCH = {"cuda": 2000, "cpu": 500}  # of 32 px; 5000 of CIFAR-10 would take cnn8 2 GiB for activations

SO_FAR = ("loss_sum", "predictions", "finite_steps")  # what an engine keeps of the epoch that it is in

LARGEST_WEIGHT = 1e4  # none that learns comes near it; a clipped loss stays finite even where weights run away


def nothing(*_: object) -> None:
    """Does nothing: the default of `after_step` and `between`."""


class Engine:
    """Trains and evaluates; built once for a combination of network, loss, recipe and data, then reset per run."""

    memory_format = torch.channels_last  # the order of a tensor's numbers that convolutions are fastest in

    def __init__(
        self, model: Classifier, loss: Loss, data: DeviceData, recipe: RecipeConfig, batch_size: int, runtime: Runtime
    ) -> None:
        self.data, self.recipe, self.batch_size, self.runtime = data, recipe, batch_size, runtime
        on_gpu = runtime.device.type == "cuda"
        if not on_gpu and channels_last_fails(model):
            self.memory_format = torch.contiguous_format
        self.model = model.to(runtime.device).to(memory_format=self.memory_format)
        self.loss = loss.to(runtime.device)
        self.optimizer = build_optimizer(self.model, recipe)
        self.augmentation = build_augmentation(recipe)
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=runtime.device)
        most = EVALUATION_BATCH[runtime.device.type]
        self.evaluation_batch = min(most, max(batch_size, images_at_once(most, *data.image_shape[1:])))
        if on_gpu:  # every batch is filled up to this: no more than the test set has, which is evaluated at every epoch
            self.evaluation_batch = max(batch_size, min(self.evaluation_batch, len(data.test_images)))
        self.predictions = torch.zeros_like(data.noisy)  # of this epoch's steps
        self.finite_steps = torch.zeros((), dtype=torch.int64, device=runtime.device)
        self.weights = StepWeights(self.model, lower=lower_precision(runtime), without_biases=on_gpu)
        forward = forward_pass(self.model, self.loss, runtime)
        self._compute = torch.compile(forward, dynamic=False) if runtime.step in COMPILED else forward
        # By batch size. A step that is not captured is not kept: an engine that holds a method of its own never ends
        # before a garbage collection, and its graphs with it.
        self._captured: dict[int, CapturedStep] = {}

    def reset(self, model_state: dict[str, Tensor], loss: Loss, noisy: NoisyLabels) -> None:
        """Start another run: new weights, labels and buffers of the loss (its transition matrix, what it has learnt) in
        the same memory, and an optimiser without history.
        """
        self._prepare_steps()
        self.model.load_state_dict(model_state)
        for own, new in zip(self.loss.buffers(), loss.buffers(), strict=True):
            own.copy_(new)
        self.optimizer.reset()
        self.data.noisy.copy_(noisy.labels)
        self.data.truth_known = noisy.truth_known

    def train_epoch(
        self, order: Tensor, draws: Draws, lrs: Tensor, done: int = 0, after_step: Callable[[int], None] = nothing
    ) -> tuple[Tensor, Tensor]:
        """One pass over the training images in `order` (N,), with one learning rate per step in `lrs`.

        `done` steps of it were made before; the engine has been given the state after them. `after_step(done)` is
        called after each step. Returns, still on the device, the mean loss () and the counts of `training_counts` (5,).
        """
        self._prepare_steps()
        self.data.draws.copy_(draws)
        order, lrs = order.to(self.runtime.device), lrs.to(self.runtime.device)
        if done == 0:
            self.loss_sum.zero_()
            self.finite_steps.zero_()
        steps = list(zip(order.split(batch_sizes(len(order), self.batch_size)), lrs, strict=True))
        for number, (index, lr) in enumerate(steps[done:], start=done + 1):
            self.optimizer.lr.copy_(lr)
            self.train_step(index)
            after_step(number)
        seen = (values[order] for values in (self.predictions, self.data.noisy, self.data.clean))
        return self.loss_sum / len(order), training_counts(*seen)

    def train_step(self, index: Tensor) -> None:
        """One step on the training images `index` (B,), as many as a batch of an epoch has, at the rate set before."""
        self._captured.get(len(index), self._step)(index)

    def weights_in_range(self) -> Tensor:
        """Whether every weight is below LARGEST_WEIGHT and every statistic of the network finite, () on the device."""
        weights = [value.abs().max() < LARGEST_WEIGHT for value in self.model.parameters()]
        statistics = [value.isfinite().all() for value in self.model.buffers() if value.is_floating_point()]
        return torch.stack([*weights, *statistics]).all()

    def state_dict(self) -> dict[str, Any]:
        """All that the rest of a run depends on, between two steps of an epoch or between two epochs."""
        epoch = {name: getattr(self, name) for name in SO_FAR}
        learnt = {"model": self.model.state_dict(), "loss": self.loss.state_dict()}
        return {**learnt, "optimizer": self.optimizer.state_dict(), **epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over, in the memory that the engine has, what `state_dict` gave; KeyError or RuntimeError if unfit."""
        self.model.load_state_dict(state["model"])
        self.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name in SO_FAR:
            getattr(self, name).copy_(state[name])

    @torch.inference_mode()
    def predict(self, images: Tensor, between: Callable[[], None] = nothing) -> Tensor:
        """Logits (M, K) float32 of uint8 images (M, C, H, W), in evaluation mode and without augmentation.

        `between()` is called before every batch.
        """
        return self._apply(self.model, images, between)

    @torch.inference_mode()
    def represent(self, images: Tensor, rows: Tensor) -> Tensor:
        """Representations (R, D) float32 of `images[rows]`, uint8 (R, C, H, W): the input of the network's head."""

        def of_rows(part: Tensor) -> Tensor:
            return self._apply(self.model.features, images[part])  # mapped images are not all taken at once

        return in_batches(of_rows, rows.to(images.device), self.evaluation_batch)

    def _apply(
        self, function: Callable[[Tensor], Tensor], images: Tensor, between: Callable[[], None] = nothing
    ) -> Tensor:
        self.model.eval()
        size = self.evaluation_batch
        fill = self.runtime.device.type == "cuda"  # cuDNN would look for the best algorithms for every other size

        def of_batch(batch: Tensor) -> Tensor:
            batch, count = batch.to(self.runtime.device), len(batch)  # mapped images are not there yet
            if fill and count < size:
                batch = torch.cat([batch, batch[:1].expand(size - count, *batch.shape[1:])])
            between()
            with autocast(self.runtime):
                return function(self._input(self.data.normalisation(batch))).float()[:count]

        with debiased_statistics(initialised_part(self.model), self.recipe.bn_zero_debias):
            return in_batches(of_batch, images, size)

    def _prepare_steps(self) -> None:
        """Capture the step of every batch size that an epoch has; capturing runs it, so this comes before a reset."""
        self.model.train()
        if self.runtime.step in CAPTURED and self.data.resident:
            for length in set(batch_sizes(len(self.data.noisy), self.batch_size)) - self._captured.keys():
                self._captured[length] = CapturedStep(self._step, length, self.runtime.device)

    def _step(self, index: Tensor) -> None:
        """Forward, backward and update on the training images `index` (B,)."""
        data = self.data
        images = self.augmentation(data.normalisation.before(data.take(index)), data.draws.take(index))
        self.update(data.normalisation.after(images), index)

    def update(self, images: Tensor, index: Tensor) -> None:
        """One step on the network's inputs `images` (B, C, H, W), which are the training images `index` (B,)."""
        self.optimizer.zero_grad()
        self.weights.begin()
        loss, logits = self._compute(self.weights.values, self._input(images), self.data.noisy[index], index)
        loss.backward()
        self.weights.collect()
        self.optimizer.step()
        self.loss_sum += loss.detach() * len(index)
        self.finite_steps += self.loss_sum < math.inf  # false for nan too, and from the first such step on
        self.predictions.scatter_(0, index, logits.detach().argmax(1))

    def _input(self, images: Tensor) -> Tensor:
        """`images` in `memory_format`, always as a copy: with one channel PyTorch cannot tell the orders apart and
        would use the slower kernel.
        """
        return images.clone(memory_format=self.memory_format)


engines: Cache[Engine] = Cache(limit=8)
device_data: Cache[DeviceData] = Cache(limit=2)


def make_engine(prepared: PreparedRun) -> Engine:
    """An engine with the run's weights and labels: one that this process built before, where it fits."""
    config, runtime = prepared.config, prepared.runtime
    model = make_model(config, prepared.dataset)
    loss = make_loss(config.loss, prepared.dataset, prepared.noisy, config.allow_targets)
    model_state = {name: value.clone() for name, value in model.state_dict().items()}
    apply_runtime(runtime)
    warn_of_slow_kernels(runtime)

    def key(*parts: str) -> str:
        return json.dumps(canonical({part: prepared.result_config.get(part) for part in parts})) + repr(runtime)

    # Runs share what lies on the device; which images are held out differs from seed to seed and noise to noise.
    held_out = config.holdout is not None or config.fold is not None
    split = ("noise", "seed", "holdout", "fold") if held_out else ()

    def new_engine() -> Engine:
        normalisation = config.recipe.normalisation
        data = device_data.get(
            key("dataset", "scale", *split) + normalisation,
            lambda: DeviceData(prepared.dataset, normalisation, runtime.device, prepared.validation),
        )
        # An engine holds its images: it goes with them.
        engines.keep(lambda engine: any(engine.data is other for other in device_data.values()))
        return Engine(model, copy.deepcopy(loss), data, config.recipe, prepared.plan.batch_size, runtime)

    engine = engines.get(key("dataset", "model", "loss", "recipe", "scale", *split), new_engine)
    engine.reset(model_state, loss, prepared.noisy)
    return engine
