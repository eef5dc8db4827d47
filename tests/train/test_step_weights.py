"""Stand-ins for parameters in a step: autocast's numbers bit for bit, and biases that cannot matter left out."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from sl.models import Cnn4, Cnn8, ResNet44
from sl.models.classifier import Classifier
from sl.train.step_weights import StepWeights

SHAPE, LABELS = (3, 8, 8), torch.arange(6) % 4
NETWORKS = {
    "cnn4": lambda: Cnn4(4, SHAPE, width=0.25),
    "cnn8": lambda: Cnn8(4, SHAPE, width=0.05),
    "resnet44": lambda: ResNet44(4, SHAPE),
}


def made(name: str) -> Classifier:
    """A network with weights, biases and statistics that are all other than 0 and 1."""
    torch.manual_seed(0)
    model = NETWORKS[name]()
    with torch.no_grad():
        for value in [*model.parameters(), *model.buffers()]:
            if value.ndim == 1 and value.is_floating_point():
                value.uniform_(0.5, 1.5)
    return model.to(memory_format=torch.channels_last)


def images() -> Tensor:
    return torch.randn(6, *SHAPE, generator=torch.Generator().manual_seed(1)).to(memory_format=torch.channels_last)


def one_step(model: Classifier, weights: StepWeights, lower: bool, batch: Tensor) -> Tensor:
    """The gradients of the loss, in `model`; returns the loss."""
    weights.begin()
    with torch.autocast("cpu", torch.bfloat16, enabled=lower, cache_enabled=False):
        logits = functional_call(model, weights.values, (batch,), tie_weights=False)
    loss = cross_entropy(logits.to(torch.promote_types(logits.dtype, torch.float32)), LABELS)
    loss.backward()
    weights.collect()
    return loss.detach()


@pytest.mark.parametrize("name", ["cnn4", "resnet44"])
def test_copies_give_what_autocast_gives_bit_for_bit(name: str) -> None:
    usual, model = made(name), made(name)
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        logits = usual(images())
    expected = cross_entropy(logits.float(), LABELS)
    expected.backward()
    weights = StepWeights(model, lower=True, without_biases=False)
    assert len(weights.copies) == sum(
        len([*m.parameters()]) for m in model.modules() if type(m) in (nn.Conv2d, nn.Linear)
    )
    assert torch.equal(one_step(model, weights, True, images()), expected.detach())
    for (label, own), other in zip(model.named_parameters(), usual.parameters(), strict=True):
        assert own.grad is not None
        assert other.grad is not None
        assert own.grad.dtype == torch.float32
        assert torch.equal(own.grad, other.grad), label
        assert own.grad.stride() == other.grad.stride(), label
    for own, other in zip(model.buffers(), usual.buffers(), strict=True):
        assert torch.equal(own, other)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_bias_before_batch_normalisation_changes_nothing_but_the_running_mean(name: str) -> None:
    usual, model = made(name).double(), made(name).double()
    batch = images().double()
    expected = cross_entropy(usual(batch), LABELS)
    expected.backward()
    weights = StepWeights(model, lower=False, without_biases=True)
    torch.testing.assert_close(one_step(model, weights, False, batch), expected.detach())
    left_out = set(map(id, weights.biases))
    for (label, own), other in zip(model.named_parameters(), usual.parameters(), strict=True):
        torch.testing.assert_close(own.grad, other.grad, rtol=1e-7, atol=1e-10, msg=label)
        assert own.grad is not None
        assert id(own) not in left_out or not own.grad.any()
    for own, other in zip(model.buffers(), usual.buffers(), strict=True):
        torch.testing.assert_close(own, other)


def test_a_normalisation_without_running_statistics_has_no_mean_to_correct() -> None:
    usual, model = made("cnn4").double(), made("cnn4").double()
    for network in (usual, model):
        network.fc1_norm = nn.BatchNorm1d(32, track_running_stats=False).double()
    batch = images().double()
    expected = cross_entropy(usual(batch), LABELS)
    weights = StepWeights(model, lower=False, without_biases=True)
    torch.testing.assert_close(one_step(model, weights, False, batch), expected.detach())
    assert len(weights.biases) == len(weights.running_means) + 1 == 3
    for own, other in zip(model.buffers(), usual.buffers(), strict=True):
        torch.testing.assert_close(own, other)


@pytest.mark.parametrize("name", ["cnn4", "cnn8"])
def test_every_bias_without_influence_is_named(name: str) -> None:
    model = made(name).double()
    cross_entropy(model(images().double()), LABELS).backward()
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    without = {id(layer.bias) for layer in layers if layer.bias.grad.abs().max() < 1e-12}  # type: ignore[union-attr]
    assert {id(bias) for bias in StepWeights(model, lower=False, without_biases=True).biases} == without
    assert len(without) == len(layers) - 1  # all but the head's


def test_without_biases_the_parameters_are_as_they_were() -> None:
    model = made("cnn4")
    before = copy.deepcopy(model.state_dict())
    weights = StepWeights(model, lower=True, without_biases=True)
    one_step(model, weights, True, images())
    for label, value in model.named_parameters():
        assert torch.equal(value, before[label]), label
        assert value.grad is not None
    assert len(weights.biases) == 3


def test_weights_of_other_layers_are_left_to_autocast() -> None:
    class Halved(nn.Conv2d):
        def forward(self, x: Tensor) -> Tensor:
            return self._conv_forward(x, self.weight / 2, self.bias)

    model = nn.Sequential(Halved(3, 4, 3), nn.Conv2d(4, 2, 3), nn.BatchNorm2d(2))
    weights = StepWeights(model, lower=True, without_biases=True)
    assert set(weights.values) == {"1.weight", "1.bias"}


def test_a_weight_that_two_layers_share_gets_both_gradients() -> None:
    first, second = nn.Linear(4, 4), nn.Linear(4, 4)
    second.weight = first.weight
    model = nn.Sequential(first, second)
    batch = torch.ones(2, 4)
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        model(batch).float().square().sum().backward()
    assert first.weight.grad is not None
    expected, first.weight.grad = first.weight.grad, None
    weights = StepWeights(model, lower=True, without_biases=False)
    weights.begin()
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        functional_call(model, weights.values, (batch,), tie_weights=False).float().square().sum().backward()
    weights.collect()
    torch.testing.assert_close(first.weight.grad, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the compiler's own making
def test_the_compiler_takes_stand_ins() -> None:
    def forward(values: dict[str, Any], batch: Tensor) -> Tensor:
        return functional_call(model, values, (batch,), tie_weights=False)

    model = made("cnn4")
    weights = StepWeights(model, lower=True, without_biases=True)
    weights.begin()
    batch = images().bfloat16()
    compiled = torch.compile(forward, backend="eager", fullgraph=True, dynamic=False)
    assert None in weights.values.values()
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        expected = forward(weights.values, batch)
        torch.testing.assert_close(compiled(weights.values, batch), expected)
        copied = weights.copies[0]
        with torch.no_grad():
            copied.mul_(2)
        torch.testing.assert_close(compiled(weights.values, batch), forward(weights.values, batch))
