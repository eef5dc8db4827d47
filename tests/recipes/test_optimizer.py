"""Momentum SGD, step for step against torch.optim.SGD and against Keras' rule in numpy."""

import copy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sl.errors import UserError
from sl.models import Cnn4, ResNet18, ResNet44
from sl.recipes.optimizer import SGD, build_optimizer, decayed_parameters

RATES = (0.1, 0.1, 0.05, 0.05, 0.2, 0.01)  # the rate changes between steps: only then do the two forms differ


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def parameters() -> list[nn.Parameter]:
    return [nn.Parameter(seeded(4, 3, seed=1)), nn.Parameter(seeded(5, seed=2))]


def give_gradients(given: list[nn.Parameter], step: int) -> None:
    for index, parameter in enumerate(given):
        parameter.grad = seeded(*parameter.shape, seed=100 * step + index)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("clip_norm", [None, 1.0])
def test_torch_form_is_torch_optim(nesterov: bool, clip_norm: float | None) -> None:
    ours, theirs = parameters(), parameters()
    optimizer = SGD(ours, ours[:1], lr=9.0, momentum=0.9, nesterov=nesterov, weight_decay=0.05, clip_norm=clip_norm)
    groups: list[dict[str, Any]] = [{"params": theirs[:1], "weight_decay": 0.05}, {"params": theirs[1:]}]
    reference = torch.optim.SGD(groups, lr=9.0, momentum=0.9, nesterov=nesterov)
    for step, rate in enumerate(RATES):
        give_gradients(ours, step)
        give_gradients(theirs, step)
        optimizer.lr.fill_(rate)
        optimizer.step()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(theirs, clip_norm)
        for group in reference.param_groups:
            group["lr"] = rate
        reference.step()
        for own, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(own, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("clip_norm", [None, 1.0])
@pytest.mark.parametrize("factors", [None, [3.0, 2.0, 1.0, 1.0]])
def test_parameters_that_the_loss_does_not_depend_on_stay(clip_norm: float | None, factors: list[float] | None) -> None:
    used, unused = nn.Linear(3, 2), nn.Linear(3, 2)
    ours = [*unused.parameters(), *used.parameters()]
    before = [parameter.detach().clone() for parameter in ours]
    theirs = [nn.Parameter(parameter.clone()) for parameter in before]
    options: dict[str, Any] = {"momentum": 0.9, "weight_decay": 0.05, "nesterov": True}
    optimizer = SGD(ours, ours, lr=0.1, clip_norm=clip_norm, factors=factors, **options)
    reference = torch.optim.SGD(theirs, lr=0.1, **options)
    for step in range(3):
        optimizer.zero_grad()
        reference.zero_grad()
        used(seeded(5, 3, seed=step)).square().sum().backward()
        torch.nn.functional.linear(seeded(5, 3, seed=step), *theirs[2:]).square().sum().backward()
        optimizer.step()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(theirs, clip_norm)
        reference.step()
    assert all(torch.equal(own, old) for own, old in zip(unused.parameters(), before, strict=False))
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other)


def test_keras_form_is_keras_rule() -> None:
    ours = parameters()
    weights: list[NDArray[np.float64]] = [parameter.detach().double().numpy().copy() for parameter in ours]
    velocities = [np.zeros_like(weight) for weight in weights]
    optimizer = SGD(ours, ours[:1], lr=9.0, momentum=0.9, momentum_form="keras", weight_decay=0.02)
    for step, rate in enumerate(RATES):
        give_gradients(ours, step)
        optimizer.lr.fill_(rate)
        gradients = [parameter.grad.double().numpy().copy() for parameter in ours if parameter.grad is not None]
        optimizer.step()
        gradients[0] += 0.02 * weights[0]
        for index, gradient in enumerate(gradients):
            velocities[index] = 0.9 * velocities[index] - rate * gradient
            weights[index] += velocities[index]
            np.testing.assert_allclose(ours[index].detach().numpy(), weights[index], rtol=1e-5, atol=1e-6)


def test_decay_is_the_gradient_of_keras_penalty() -> None:
    kernel = nn.Parameter(seeded(4, 3))
    penalised = kernel.detach().double().requires_grad_()
    (0.01 * penalised.square().sum()).backward()  # l2(0.01)
    kernel.grad = torch.zeros_like(kernel)
    before = kernel.detach().clone()
    SGD([kernel], [kernel], lr=1.0, momentum=0.9, momentum_form="keras", weight_decay=0.02).step()
    torch.testing.assert_close(before - kernel.detach(), penalised.grad.float())


def test_a_reset_optimiser_starts_anew_and_a_saved_one_goes_on() -> None:
    ours = parameters()
    optimizer = SGD(ours, [], lr=0.1, momentum=0.9)
    give_gradients(ours, 0)
    optimizer.step()
    state = {"velocity": [velocity.clone() for velocity in optimizer.state_dict()["velocity"]]}
    held = optimizer.velocity[0].data_ptr()

    def step_from(weights: list[Tensor]) -> list[Tensor]:
        with torch.no_grad():
            for parameter, weight in zip(ours, weights, strict=True):
                parameter.copy_(weight)
        give_gradients(ours, 1)
        optimizer.step()
        return [parameter.detach().clone() for parameter in ours]

    start = [parameter.detach().clone() for parameter in ours]
    continued = step_from(start)
    optimizer.reset()
    fresh = step_from(start)
    torch.testing.assert_close(fresh[0], start[0] - 0.1 * seeded(4, 3, seed=100))
    optimizer.load_state_dict(state)
    again = step_from(start)
    assert all(torch.equal(one, other) for one, other in zip(continued, again, strict=True))
    assert optimizer.velocity[0].data_ptr() == held  # a recorded step still finds it


def names_of(model: nn.Module, decay_on: str) -> set[str]:
    chosen = {id(parameter) for parameter in decayed_parameters(model, decay_on)}
    return {name for name, parameter in model.named_parameters() if id(parameter) in chosen}


def test_what_weight_decay_pulls_on() -> None:
    cnn, resnet = Cnn4(10, (1, 8, 8)), ResNet44(10, (1, 8, 8))
    assert names_of(cnn, "fc1") == {"fc1.weight", "fc1.bias"}
    assert names_of(cnn, "none") == set()
    assert names_of(cnn, "all") == {name for name, _ in cnn.named_parameters()}
    assert names_of(cnn, "kernels") == {"body.0.weight", "body.2.weight", "fc1.weight", "head.weight"}
    kernels = {name for name, parameter in resnet.named_parameters() if parameter.dim() > 1}
    assert names_of(resnet, "kernels") == kernels
    assert len(kernels) == 44 + 2


def test_a_kernel_that_two_layers_share_is_decayed_once() -> None:
    first, second = nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 3)
    second.weight = first.weight
    model, before = nn.Sequential(first, second), first.weight.detach().clone()
    optimizer = build_optimizer(
        model, recipe_with(momentum_form="torch", nesterov=False, decay_on="kernels", clip_norm=None)
    )
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    torch.testing.assert_close(first.weight.detach(), before * (1 - 0.3 * 0.02))


def test_fc1_decay_needs_an_fc1() -> None:
    with pytest.raises(
        UserError, match=r"recipe\.decay_on=fc1: must be kernels, all or none with ResNet18.*; recipe=finetune has"
    ):
        decayed_parameters(ResNet18(10, (1, 8, 8)), "fc1")


def recipe_with(**values: Any) -> Any:
    return SimpleNamespace(lr=0.3, momentum=0.8, weight_decay=0.02, head_lr_factor=None, **values)


def test_building_from_a_recipe() -> None:
    recipe = recipe_with(momentum_form="keras", nesterov=False, decay_on="fc1", clip_norm=5.0)
    model = Cnn4(10, (1, 8, 8))
    optimizer = build_optimizer(model, recipe)
    assert optimizer.lr.shape == ()
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()  # nothing but the decay moves a parameter
    for name, parameter in model.named_parameters():
        shrink = 1 - 0.3 * 0.02 if name in ("fc1.weight", "fc1.bias") else 1
        torch.testing.assert_close(parameter.detach(), before[name] * shrink)
    optimizer.zero_grad()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_building_from_a_recipe_in_torchs_form() -> None:
    recipe = recipe_with(momentum_form="torch", nesterov=True, decay_on="all", clip_norm=0.5)
    ours = Cnn4(10, (1, 8, 8))
    theirs = copy.deepcopy(ours)
    optimizer = build_optimizer(ours, recipe)
    reference = torch.optim.SGD(theirs.parameters(), lr=0.3, momentum=0.8, nesterov=True, weight_decay=0.02)
    for step in range(3):
        for model in (ours, theirs):
            give_gradients([*model.parameters()], step)
        optimizer.step()
        nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        reference.step()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(own, other)
