from collections.abc import Callable
from typing import Any

import pytest
import torch

from sl.data import Digits
from sl.errors import UserError
from sl.noise import LabelledData, Symmetric, corrupt, symmetric


@pytest.mark.parametrize(("name", "num_classes"), [("cifar10", 10), ("cifar100", 100), ("folder", 3)])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.4, 0.6])
def test_realised_rate_is_the_rate_on_any_balanced_data(
    balanced: Callable[..., LabelledData], name: str, num_classes: int, rate: float
) -> None:
    noise = Symmetric(rate).apply(balanced(name, num_classes), seed=0)
    assert noise.realised_rate == pytest.approx(rate, abs=1e-12)
    assert torch.equal(noise.transition, symmetric(num_classes, rate))


@pytest.mark.parametrize("exact", [True, False])
def test_it_is_the_draw_from_its_matrix(balanced: Callable[..., LabelledData], exact: bool) -> None:
    dataset = balanced()
    noise = Symmetric(0.4, exact).apply(dataset, seed=7)
    assert torch.equal(noise.labels, corrupt(dataset.train_labels, symmetric(10, 0.4), 7, exact))


def test_on_real_digits_each_class_loses_its_whole_share() -> None:
    dataset = Digits().load()
    noise = Symmetric(0.4).apply(dataset, seed=0)
    for label in range(10):
        rows = dataset.train_labels == label
        moved = int((noise.labels[rows] != label).sum())
        assert moved == 2 * int(rows.sum()) // 5
    assert torch.equal(noise.clean, dataset.train_labels)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 1.5}, r"^rate=1.5: must be a number in \[0, 1\]$"),
        ({"rate": "banana"}, "^rate=banana"),
        ({"rate": None}, "^rate=None"),
        ({"rate": 0.4, "exact": "yes"}, "^exact=yes: must be true or false$"),
    ],
)
def test_unfit_parameters_are_refused_when_built(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Symmetric(**arguments)
