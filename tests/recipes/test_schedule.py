"""Learning rates against the published schedules and torch's schedulers."""

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from sl.recipes.schedule import learning_rate

STEPS_PER_EPOCH = 391  # 50,000 images in batches of 128


def recipe(**changes: Any) -> Any:
    values = {"epochs": 120, "lr": 0.01, "schedule": "steps", "milestones": [41, 81], "gamma": 0.1, "lr_decay": 0.0}
    return SimpleNamespace(**{**values, **changes})


def full_rate(described: Any, step: int) -> float:
    total = described.epochs * STEPS_PER_EPOCH
    return learning_rate(described, step, total, total)


@pytest.mark.parametrize(
    ("first", "last", "rate"), [(1, 41, 0.01), (42, 81, 0.001), (82, 120, 0.0001)], ids=["first", "second", "third"]
)
def test_published_steps_on_cifar10(first: int, last: int, rate: float) -> None:
    described = recipe()
    assert full_rate(described, (first - 1) * STEPS_PER_EPOCH) == pytest.approx(rate)
    assert full_rate(described, last * STEPS_PER_EPOCH - 1) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("epochs", "decay", "factors"),
    [
        (120, 1e-4, {1: 0.96, 41: 0.38, 81: 0.24, 120: 0.18}),
        (150, 5e-3, {1: 0.34, 10: 0.049, 50: 0.010, 81: 0.0063, 150: 0.0034}),
    ],
    ids=["cifar10", "cifar100"],
)
def test_published_factors_of_keras_decay(epochs: int, decay: float, factors: dict[int, float]) -> None:
    described = recipe(epochs=epochs, lr=1.0, milestones=[], lr_decay=decay)
    for finished, factor in factors.items():
        digits = 2 if factor >= 0.1 else 1 - math.floor(math.log10(factor))
        assert round(full_rate(described, finished * STEPS_PER_EPOCH), digits) == factor


def test_keras_decay_acts_within_an_epoch() -> None:
    described = recipe(lr_decay=1e-4)
    assert full_rate(described, 0) == 0.01
    assert full_rate(described, 1) == pytest.approx(0.01 / 1.0001)


@pytest.mark.parametrize("schedule", ["steps", "cosine"])
def test_same_rates_as_torchs_schedulers(schedule: str) -> None:
    described = recipe(schedule=schedule)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    scheduler: torch.optim.lr_scheduler.LRScheduler
    if schedule == "cosine":
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=120)
    else:
        scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[41, 81])
    for epoch in range(120):
        expected = scheduler.get_last_lr()[0]
        for step in (epoch * STEPS_PER_EPOCH, (epoch + 1) * STEPS_PER_EPOCH - 1):
            assert full_rate(described, step) == pytest.approx(expected, rel=1e-9)
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("schedule", ["steps", "cosine"])
@pytest.mark.parametrize(("short", "times"), [(40 * 391, 3), (40 * 17, 69), (12, 3910)])
def test_a_shorter_run_has_the_same_rate_at_the_same_share(schedule: str, short: int, times: int) -> None:
    described = recipe(schedule=schedule, lr_decay=1e-4)
    for step in range(0, short, max(1, short // 97)):
        rate = learning_rate(described, step, short, short * times)
        assert rate == pytest.approx(learning_rate(described, step * times, short * times, short * times))
