from dataclasses import replace
from typing import Any

import pytest
import torch
from labelled import balanced

from sl.data import Digits
from sl.errors import UserError
from sl.noise import Symmetric, corrupt, symmetric


@pytest.mark.parametrize(("name", "num_classes"), [("cifar10", 10), ("cifar100", 100), ("folder", 3)])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.4, 0.6])
def test_realised_rate_is_the_rate_on_any_balanced_data(name: str, num_classes: int, rate: float) -> None:
    noise = Symmetric(rate).apply(balanced(name, num_classes), seed=0)
    assert noise.realised_rate == pytest.approx(rate, abs=1e-12)
    assert torch.equal(noise.transition, symmetric(num_classes, rate))


@pytest.mark.parametrize("exact", [True, False])
def test_it_is_the_draw_from_its_matrix(exact: bool) -> None:
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


@pytest.mark.parametrize(
    ("per_class", "rate", "said"),
    [
        (2, 0.4, "0 % of the 20 labels instead of 40 %"),
        (4, 0.4, "25 % of the 40 labels instead of 40 %"),
        (9, 0.5, "44.4 % of the 90 labels instead of 50 %"),  # a ninth too few; one in eleven is not worth a word
    ],
)
def test_noise_that_rounds_away_is_told(
    capsys: pytest.CaptureFixture[str], per_class: int, rate: float, said: str
) -> None:
    noisy = Symmetric(rate).apply(balanced("folder", 10, per_class), seed=0)
    assert noisy.realised_rate == pytest.approx(int(rate * per_class) / per_class)
    assert f"sl: noise changed {said}: " in capsys.readouterr().err


@pytest.mark.parametrize(("per_class", "rate"), [(5, 0.4), (100, 0.41), (3, 0.0), (10, 1.0), (11, 0.5)])
def test_noise_that_is_as_asked_for_says_nothing(
    capsys: pytest.CaptureFixture[str], per_class: int, rate: float
) -> None:
    Symmetric(rate).apply(balanced("folder", 10, per_class), seed=0)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("rate", [0.0, 0.2])
def test_labels_as_given_are_the_reference_of_noise_and_of_none_unknown(rate: float) -> None:
    noisy = Symmetric(rate).apply(replace(balanced("folder", 2, 10), labels_given=True), seed=0)
    assert noisy.truth_known == (rate > 0)
    assert noisy.realised_rate == (rate or None)
