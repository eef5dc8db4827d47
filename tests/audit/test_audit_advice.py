"""The values that an audit advises are published ones, and fit the noise."""

import re

import numpy as np
import pytest
import torch

from sl.audit.advice import advise
from sl.audit.estimate import Interval, NoiseEstimate
from sl.audit.posterior import Array
from sl.audit.subject import Subject
from sl.config.compose import compose_run
from sl.noise import asymmetric, symmetric

# Every wrong label of a class goes to the same other class.
THREE = np.array([[0.8, 0.2, 0.0], [0.0, 0.8, 0.2], [0.2, 0.0, 0.8]])
FOUR = np.array([[0.8, 0.2, 0.0, 0.0], [0.0, 0.8, 0.2, 0.0], [0.0, 0.0, 0.8, 0.2], [0.2, 0.0, 0.0, 0.8]])


def estimate(transition: Array) -> NoiseEstimate:
    joint = transition.T / len(transition)
    rate = 1 - joint.trace()
    return NoiseEstimate(joint, Interval(rate, rate, rate), (), np.zeros(10), rate)


@pytest.mark.parametrize(
    ("transition", "values", "why"),
    [
        (symmetric(10, 0.4).numpy(), (0.1, 1.0), "about 40 % .*20 to 60 %"),
        (asymmetric("cifar10", 0.4).numpy(), (0.1, 1.0), "about 20 % .*go to one other class: .* grid search"),
        (symmetric(10, 0.01).numpy(), (1.0, 0.1), "about 1 % .*clean labels"),
        (symmetric(100, 0.4).numpy(), (6.0, 0.1), "100 classes, about 40 %"),
        (symmetric(2, 0.2).numpy(), (0.1, 1.0), "2 classes, about 20 %"),
        (np.eye(3), (1.0, 0.1), "about 0 %"),
        (symmetric(10, 0.049).numpy(), (1.0, 0.1), "clean labels"),  # docs/choosing-parameters.md: fewer than 5 %
        (symmetric(10, 0.051).numpy(), (0.1, 1.0), "about 5 %"),
        (symmetric(50, 0.4).numpy(), (6.0, 0.1), "50 classes"),  # 50 classes or more
        (symmetric(49, 0.4).numpy(), (0.1, 1.0), "49 classes"),
        (symmetric(4, 0.3).numpy(), (0.1, 1.0), "^4 classes, about 30 %"),  # a third of them one way
        (THREE, (0.1, 1.0), "^3 classes, about 20 %"),
        (FOUR, (0.1, 1.0), "about 20 % .*go to one other class"),
    ],
)
def test_advice_by_classes_rate_and_kind(transition: Array, values: tuple[float, float], why: str) -> None:
    found = advise(estimate(transition), False)
    assert (found.alpha, found.beta) == values
    assert re.search(why, found.why)
    assert "github.com" in found.source


@pytest.mark.parametrize(("dataset", "classes"), [("cifar10", 10), ("cifar100", 100)])
def test_the_authors_values_are_those_of_their_recipe(dataset: str, classes: int) -> None:
    config = compose_run([f"dataset={dataset}", "recipe=authors_code", "loss=sl"])
    found = advise(estimate(symmetric(classes, 0.4).numpy()), False)
    assert (found.alpha, found.beta) == (config.loss["alpha"], config.loss["beta"])


def test_grey_pictures_come_after_many_classes_and_hardly_any_noise_as_in_the_table() -> None:
    config = compose_run(["dataset=mnist", "recipe=authors_code", "loss=sl"])
    for noise in (symmetric(10, 0.4), asymmetric("cifar10", 0.4)):
        found = advise(estimate(noise.numpy()), True)
        assert (found.alpha, found.beta) == (config.loss["alpha"], config.loss["beta"]) == (0.01, 1)
        assert re.search("pictures are grey: the authors' values for digits", found.why)
    for noise in (symmetric(10, 0.01), symmetric(100, 0.4)):
        assert advise(estimate(noise.numpy()), True) == advise(estimate(noise.numpy()), False)


@pytest.mark.parametrize(("channels", "grey"), [(1, True), (3, True), (3, False)])
def test_pictures_are_grey_where_all_channels_are_equal(channels: int, grey: bool) -> None:
    images = torch.randint(256, (2001, 1, 2, 2), dtype=torch.uint8).repeat(1, channels, 1, 1)
    images[2000, -1, 0, 0] += 0 if grey else 1
    assert Subject(images, torch.zeros(2001), None, (), ("ant", "bee"), 2001).grey is grey


def test_only_noise_that_goes_one_way_is_to_be_compared_with_ce() -> None:
    """There SL lost to CE in our own study; docs/audit.md has the number."""
    one_way, others = asymmetric("cifar10", 0.4), (symmetric(10, 0.4), symmetric(10, 0.01), symmetric(100, 0.4))
    assert "compare with loss=ce (docs/audit.md)" in str(advise(estimate(one_way.numpy()), False))
    assert not any("loss=ce" in str(advise(estimate(other.numpy()), False)) for other in others)
