"""One network, loss and optimiser on one device, and the training step that all runs of a sweep reuse.

Nothing in an epoch waits for the device: data, draws, learning rates and metrics are tensors on the device. No Python
value in the step changes from call to call, so that the step can be captured once and replayed.
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

EVALUATION_BATCH = {"cuda": 2000, "cpu": 500}  # 32-px images; with 5000, activations of cnn8 would take 2 GiB

SO_FAR = ("loss_sum", "predictions", "finite_steps")  # the state of an unfinished epoch

LARGEST_WEIGHT = 1e4  # far above weights of a network that learns; a clipped loss stays finite even if weights diverge


def nothing(*_: object) -> None:
    """Do nothing; the default of `after_step` and `between`."""


class Engine:
    """Trains and evaluates a network; built once per combination of network, loss, recipe and data, reset per run."""

    memory_format = torch.channels_last  # the memory layout in which convolutions are fastest

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
        if on_gpu:  # every batch is filled up to this size; a small test set, evaluated in every epoch, lowers it
            self.evaluation_batch = max(batch_size, min(self.evaluation_batch, len(data.test_images)))
        self.predictions = torch.zeros_like(data.noisy)  # of this epoch's steps
        self.finite_steps = torch.zeros((), dtype=torch.int64, device=runtime.device)
        self.weights = StepWeights(self.model, lower=lower_precision(runtime), without_biases=on_gpu)
        forward = forward_pass(self.model, self.loss, runtime)
        self._compute = torch.compile(forward, dynamic=False) if runtime.step in COMPILED else forward
        # By batch size. An uncaptured step is not kept: an engine that held its own bound method would be freed, with
        # its graphs, only by a garbage collection.
        self._captured: dict[int, CapturedStep] = {}

    def reset(self, model_state: dict[str, Tensor], loss: Loss, noisy: NoisyLabels) -> None:
        """Start another run: copy its weights, labels and loss buffers (transition matrix, learnt state) into the same
        memory, and reset the optimiser.
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

        The first `done` steps are skipped: the engine has loaded the state after them. `after_step(number)` is called
        after each step, with its number in the epoch. Returns, still on the device, the mean loss () and the counts of
        `training_counts` (5,).
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
        """One step on the training images `index` (B,), B a batch size of an epoch, at the learning rate set before."""
        self._captured.get(len(index), self._step)(index)

    def weights_in_range(self) -> Tensor:
        """Whether all |weights| are below LARGEST_WEIGHT and all floating-point buffers finite, () on the device."""
        weights = [value.abs().max() < LARGEST_WEIGHT for value in self.model.parameters()]
        statistics = [value.isfinite().all() for value in self.model.buffers() if value.is_floating_point()]
        return torch.stack([*weights, *statistics]).all()

    def state_dict(self) -> dict[str, Any]:
        """The state on which the rest of a run depends, taken between two steps or two epochs."""
        epoch = {name: getattr(self, name) for name in SO_FAR}
        learnt = {"model": self.model.state_dict(), "loss": self.loss.state_dict()}
        return {**learnt, "optimizer": self.optimizer.state_dict(), **epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Copy a `state_dict` into the engine's memory; KeyError or RuntimeError if it does not fit."""
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
        """Representations (R, D) float32, the input of the network's head, of `images[rows]`, uint8 (R, C, H, W)."""

        def of_rows(part: Tensor) -> Tensor:
            return self._apply(self.model.features, images[part])  # so that mapped images are not read all at once

        return in_batches(of_rows, rows.to(images.device), self.evaluation_batch)

    def _apply(
        self, function: Callable[[Tensor], Tensor], images: Tensor, between: Callable[[], None] = nothing
    ) -> Tensor:
        self.model.eval()
        size = self.evaluation_batch
        fill = self.runtime.device.type == "cuda"  # else cuDNN would search for the best algorithms for each new size

        def of_batch(batch: Tensor) -> Tensor:
            batch, count = batch.to(self.runtime.device), len(batch)  # mapped images are not on the device yet
            if fill and count < size:
                batch = torch.cat([batch, batch[:1].expand(size - count, *batch.shape[1:])])
            between()
            with autocast(self.runtime):
                return function(self._input(self.data.normalisation(batch))).float()[:count]

        with debiased_statistics(initialised_part(self.model), self.recipe.bn_zero_debias):
            return in_batches(of_batch, images, size)

    def _prepare_steps(self) -> None:
        """Capture the step for every batch size of an epoch. Capturing runs steps, so call this before a reset."""
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
        self.finite_steps += self.loss_sum < math.inf  # from the first loss that is inf or nan on, this adds 0
        self.predictions.scatter_(0, index, logits.detach().argmax(1))

    def _input(self, images: Tensor) -> Tensor:
        """A copy of `images` in `memory_format`. It is always copied: with one channel PyTorch cannot tell the layouts
        apart and would use the slower kernel.
        """
        return images.clone(memory_format=self.memory_format)


engines: Cache[Engine] = Cache(limit=8)
device_data: Cache[DeviceData] = Cache(limit=2)


def make_engine(prepared: PreparedRun) -> Engine:
    """An engine with the run's initial weights and labels; one that this process built before, if it fits."""
    config, runtime = prepared.config, prepared.runtime
    model = make_model(config, prepared.dataset)
    loss = make_loss(config.loss, prepared.dataset, prepared.noisy, config.allow_targets)
    model_state = {name: value.clone() for name, value in model.state_dict().items()}
    apply_runtime(runtime)
    warn_of_slow_kernels(runtime)

    def key(*parts: str) -> str:
        return json.dumps(canonical({part: prepared.result_config.get(part) for part in parts})) + repr(runtime)

    # Runs share the data on the device; but which images are held out depends on seed and noise.
    held_out = config.holdout is not None or config.fold is not None
    split = ("noise", "seed", "holdout", "fold") if held_out else ()

    def new_engine() -> Engine:
        normalisation = config.recipe.normalisation
        data = device_data.get(
            key("dataset", "scale", *split) + normalisation,
            lambda: DeviceData(prepared.dataset, normalisation, runtime.device, prepared.validation),
        )
        # An engine holds its data: drop the engines whose data were dropped.
        engines.keep(lambda engine: any(engine.data is other for other in device_data.values()))
        return Engine(model, copy.deepcopy(loss), data, config.recipe, prepared.plan.batch_size, runtime)

    engine = engines.get(key("dataset", "model", "loss", "recipe", "scale", *split), new_engine)
    engine.reset(model_state, loss, prepared.noisy)
    return engine
