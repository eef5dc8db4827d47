"""The training step on tensors that say they are on a GPU, without one: what a CUDA graph cannot record is refused.

Fake tensors hold no numbers, so a step that reads a value raises. `CaptureRules` refuses the rest: copies between host
and device, tensors made from Python numbers, and CPU tensors that meet the device's. The backward pass needs a driver
and is left out here; tests/train/test_engine.py has it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from sl.config.build import build
from sl.config.compose import compose_run
from sl.data import Dataset
from sl.losses import CrossEntropy
from sl.paths import CONFIG_DIR
from sl.recipes.normalise import Normalisation
from sl.train.device import Runtime
from sl.train.device_data import DeviceData
from sl.train.engine import Engine

CUDA, BATCH, IMAGES = torch.device("cuda", 0), 6, 24
LOSSES = sorted(path.stem for path in (CONFIG_DIR / "loss").glob("*.yaml"))
MODELS = sorted({path.stem for path in (CONFIG_DIR / "model").glob("*.yaml")} - {"recipe"})
RECIPES = sorted(path.stem for path in (CONFIG_DIR / "recipe").glob("*.yaml"))
DATASETS = {
    "cifar10": (10, (3, 32, 32)),
    "cifar100": (100, (3, 32, 32)),
    "mnist": (10, (1, 28, 28)),
    "digits": (10, (1, 8, 8)),
}


class CaptureRules(TorchDispatchMode):
    """Raises AssertionError for an operation that a stream capture would refuse, or that would freeze a value."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        made = {x.device.type for x in tree_leaves(out) if isinstance(x, Tensor)}
        given = {x.device.type for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor) and (x.ndim or x.is_cuda)}
        assert "lift_fresh" not in str(func), f"{func}: a tensor is made from a Python value inside the step"
        assert "cpu" not in made, f"{func}: a CPU tensor is made inside the step"
        assert len(made | given) <= 1, f"{func}: host and device meet"
        return out


def to_cuda(module: nn.Module, mode: FakeTensorMode) -> None:
    """`module.to(CUDA)`, which fake tensors do not support."""
    for part in module.modules():
        for name, value in part._parameters.items():
            part._parameters[name] = value if value is None else nn.Parameter(mode.from_tensor(value.detach()).to(CUDA))
        for name, value in part._buffers.items():
            part._buffers[name] = value if value is None else mode.from_tensor(value).to(CUDA)


def data_to_cuda(data: DeviceData, mode: FakeTensorMode) -> None:
    """Replace the tensors of `data`, which is on the CPU: fake tensors have no values to fit a normalisation on."""

    def move(value: Tensor | None) -> Tensor | None:
        return value if value is None else mode.from_tensor(value).to(CUDA)

    for name in ("images", "clean", "noisy", "test_images", "test_labels"):
        setattr(data, name, move(getattr(data, name)))
    fitted = data.normalisation
    data.normalisation = Normalisation(move(fitted.mean_image), move(fitted.mean), move(fitted.std))
    data.draws = tree_map_only(Tensor, move, data.draws)


def fake_engine(mode: FakeTensorMode, model: str, loss: str, recipe: str, dataset: str) -> Engine:
    """An engine whose tensors all say that they are on the GPU."""
    choices = [f"dataset={dataset}", f"model={model}", f"loss={loss}", f"recipe={recipe}", "noise=symmetric"]
    if "cnn" not in model:
        choices.append("recipe.decay_on=all")  # ResNets have no fc1
    config = compose_run(choices)
    (classes, shape), count = DATASETS[dataset], IMAGES
    images, labels = torch.zeros(count, *shape, dtype=torch.uint8), torch.arange(count) % classes
    made = Dataset("fake", images, labels, images, labels, tuple(map(str, range(classes))), torch.arange(count))
    transition = torch.eye(classes, dtype=torch.float64)
    made_loss = build(config.loss, "loss", transition=transition, num_examples=count, num_classes=classes)
    network = build(config.model, "model", num_classes=classes, image_shape=shape)
    data = DeviceData(made, config.recipe.normalisation, torch.device("cpu"))
    with mode, mock.patch.object(nn.Module, "to", lambda self, *_, **__: self):
        data_to_cuda(data, mode)
        to_cuda(network, mode)
        to_cuda(made_loss, mode)
        runtime = Runtime(CUDA, "bfloat16", "eager", deterministic=False, threads=1)
        return Engine(network, made_loss, data, config.recipe, BATCH, runtime)


@contextmanager
def pretended_driver(engine: Engine) -> Iterator[None]:
    """What autocast asks of a driver is granted, and the backward pass gives zeros."""

    def backward(*_: object, **__: object) -> None:
        for leaf in (*engine.model.parameters(), *engine.weights.copies):
            leaf.grad = torch.zeros_like(leaf)

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(Tensor, "backward", backward))
        for asked in ("is_available", "is_bf16_supported"):
            patches.enter_context(mock.patch.object(torch.cuda, asked, return_value=True))
        yield


def check_step(model: str, loss: str, recipe: str = "authors_code", dataset: str = "cifar10") -> None:
    """A step of a whole batch and of a smaller one under the rules of capture, then an evaluation."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    engine = fake_engine(mode, model, loss, recipe, dataset)
    with mode, pretended_driver(engine):
        engine.model.train()
        for size in (BATCH, 3):
            index = torch.empty(size, dtype=torch.int64, device=CUDA)
            with CaptureRules():
                engine._step(index)
        logits = engine.predict(engine.data.test_images)
    expected = (CUDA, torch.float32, (IMAGES, DATASETS[dataset][0]))
    assert (logits.device, logits.dtype, tuple(logits.shape)) == expected


def test_every_evaluation_batch_has_the_same_size() -> None:
    """cuDNN looks for the best algorithms once per size, which takes longer than the evaluation."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    engine = fake_engine(mode, "cnn8", "sl", "authors_code", "cifar10")
    engine.evaluation_batch = 7
    sizes: list[int] = []
    engine.model.body.register_forward_pre_hook(lambda _, images: sizes.append(len(images[0])))
    with mode, pretended_driver(engine):
        for count in (IMAGES, 10, 3):
            assert len(engine.predict(engine.data.images[:count])) == count
        assert len(engine.represent(engine.data.images, torch.arange(9))) == 9
    assert sizes == [7] * (4 + 2 + 1 + 2)


def test_a_small_test_set_is_not_filled_up_to_a_large_batch() -> None:
    engine = fake_engine(FakeTensorMode(allow_non_fake_inputs=True), "cnn8", "sl", "authors_code", "cifar10")
    assert engine.evaluation_batch == IMAGES


def test_on_a_gpu_biases_before_batch_normalisation_are_left_out() -> None:
    engine = fake_engine(FakeTensorMode(allow_non_fake_inputs=True), "cnn8", "sl", "authors_code", "cifar10")
    assert len(engine.weights.biases) == 7  # those of six convolutions and of fc1


@pytest.mark.parametrize("loss", LOSSES)
def test_no_loss_breaks_the_rules(loss: str) -> None:
    check_step("cnn4", loss, dataset="mnist")


@pytest.mark.parametrize("recipe", RECIPES)
def test_no_recipe_breaks_the_rules(recipe: str) -> None:
    check_step("cnn8", "sl", recipe)


@pytest.mark.parametrize("model", MODELS)
def test_no_network_breaks_the_rules(model: str) -> None:
    check_step(model, "sl")


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("model", MODELS)
def test_no_network_breaks_the_rules_under_any_recipe(model: str, dataset: str) -> None:
    for recipe in RECIPES:
        check_step(model, "sl", recipe, dataset)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_no_loss_breaks_the_rules_on_any_data_set(dataset: str) -> None:
    for loss in LOSSES:
        check_step("cnn4", loss, dataset=dataset)


BREACHES = {
    "a value is read": lambda log_p: -log_p * log_p.sum().item(),
    "a shape depends on values": lambda log_p: -log_p[log_p < 0].mean() + 0 * log_p,
    "a CPU tensor": lambda log_p: -log_p * torch.ones(len(log_p)),
    "a CPU index": lambda log_p: -log_p[torch.arange(len(log_p))],
    "a tensor from a number": lambda log_p: -log_p * torch.tensor(2.0, device=log_p.device),
    "a copy to the device": lambda log_p: -log_p * torch.ones(len(log_p)).to(log_p.device),
    "a copy to the host": lambda log_p: -log_p * log_p.cpu().sum().to(log_p.device),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CrossEntropy, "of_label", lambda self, log_p: BREACHES[breach](log_p))
    with pytest.raises((AssertionError, RuntimeError)):
        check_step("cnn4", "ce", dataset="mnist")
