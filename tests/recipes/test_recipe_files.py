"""The recipes' files against the published tables, and their completeness."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import get_class

from sl.config.compose import compose_run
from sl.models import Classifier
from sl.options.recipe import RecipeConfig, check_recipe
from sl.recipes.augment import build_augmentation

CONFIGS = Path(__file__).parents[2] / "configs"
RECIPES = ("authors_code", "paper_text", "apl", "sce_pytorch")
DATASETS = ("digits", "mnist", "cifar10", "cifar100")
COMBINATIONS = [(recipe, dataset) for recipe in RECIPES[:3] for dataset in DATASETS] + [("sce_pytorch", "cifar10")]
CODE_LOG_ZERO = math.log(1e-4)


def load(recipe: str, dataset: str) -> RecipeConfig:
    """The recipe on that data set, as Hydra merges it."""
    return compose_run([f"recipe={recipe}", f"dataset={dataset}", "model=cnn4"]).recipe


@pytest.mark.parametrize(("recipe", "dataset"), COMBINATIONS)
def test_every_recipe_is_complete_and_in_range(recipe: str, dataset: str) -> None:
    described = load(recipe, dataset)
    check_recipe(described)
    build_augmentation(described)
    assert issubclass(get_class(described.model), Classifier)


# Network, epochs, rate, milestones, decay of the rate, weight decay and on what, alpha, beta, A, shift, flip, rotation.
AUTHORS = {
    "mnist": ("Cnn4", 50, 0.1, [11, 31], 1e-4, 0.0, "none", 0.01, 1.0, CODE_LOG_ZERO, 0.0, False, 0.0),
    "cifar10": ("Cnn8", 120, 0.01, [41, 81], 1e-4, 0.02, "fc1", 0.1, 1.0, CODE_LOG_ZERO, 0.2, True, 0.0),
    "cifar100": ("ResNet44", 150, 0.1, [81, 121], 5e-3, 0.02, "kernels", 6.0, 0.1, CODE_LOG_ZERO, 0.2, True, 20.0),
}
TEXT = {
    "mnist": ("Cnn4", 50, 0.1, [10, 30], 0.0, 5e-3, "all", 0.01, 1.0, -4.0, 0.0, False, 0.0),
    "cifar10": ("Cnn8", 120, 0.1, [40, 80], 0.0, 5e-3, "all", 0.1, 1.0, -6.0, 0.2, True, 0.0),
    "cifar100": ("ResNet44", 150, 0.1, [80, 120], 0.0, 5e-3, "all", 6.0, 0.1, -4.0, 0.2, True, 0.0),
}


@pytest.mark.parametrize(
    ("recipe", "dataset", "expected"),
    [("authors_code", *row) for row in AUTHORS.items()] + [("paper_text", *row) for row in TEXT.items()],
)
def test_published_values_of_the_paper(recipe: str, dataset: str, expected: tuple[Any, ...]) -> None:
    r = load(recipe, dataset)
    network = r.model.removeprefix("sl.models.")
    schedule = (network, r.epochs, r.lr, list(r.milestones), r.lr_decay, r.weight_decay, r.decay_on)
    loss = (r.sl.alpha, r.sl.beta, pytest.approx(r.sl.log_zero))
    assert (*schedule, *loss, r.shift, r.flip, r.rotation) == expected
    framework = (r.batch_size, r.schedule, r.gamma, r.momentum, r.momentum_form, r.nesterov, r.clip_norm)
    assert framework == (128, "steps", 0.1, 0.9, "keras", False, None)
    keras = (r.initialisation, r.bn_eps, r.bn_momentum, r.bn_zero_debias, r.p_min, r.crop_padding)
    assert keras == ("he_normal", 1e-3, 0.01, True, 1e-7, 0)
    assert r.normalisation == ("none" if dataset == "mnist" else "pixel_mean")


@pytest.mark.parametrize(
    ("dataset", "epochs", "lr", "weight_decay", "alpha", "beta", "rotation"),
    [("cifar10", 120, 0.01, 1e-4, 0.1, 1.0, 0.0), ("cifar100", 200, 0.1, 1e-5, 6.0, 0.1, 20.0)],
)
def test_published_values_of_apl(
    dataset: str, epochs: int, lr: float, weight_decay: float, alpha: float, beta: float, rotation: float
) -> None:
    r = load("apl", dataset)
    assert (r.epochs, r.lr, r.weight_decay, r.sl.alpha, r.sl.beta) == (epochs, lr, weight_decay, alpha, beta)
    assert (r.schedule, r.momentum, r.momentum_form, r.nesterov, r.clip_norm) == ("cosine", 0.9, "torch", False, 5.0)
    assert (r.decay_on, r.normalisation, r.crop_padding, r.flip, r.shift) == ("all", "channel", 4, True, 0.0)
    assert (r.rotation, r.bn_eps, r.bn_momentum, r.bn_zero_debias, r.p_min) == (rotation, 1e-5, 0.1, False, 0)


def test_values_of_the_published_pytorch_logs() -> None:
    r = load("sce_pytorch", "cifar10")
    assert (r.epochs, r.batch_size, r.lr, r.schedule, list(r.milestones)) == (120, 128, 0.01, "steps", [40, 80])
    assert (r.momentum, r.nesterov, r.clip_norm, r.weight_decay, r.decay_on) == (0.9, True, 5.0, 5e-3, "all")
    assert (r.normalisation, r.crop_padding, r.flip, r.shift, r.p_min) == ("channel", 4, True, 0.0, 0)
    assert (r.sl.alpha, r.sl.beta, pytest.approx(r.sl.log_zero)) == (0.1, 1.0, CODE_LOG_ZERO)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_value_says_where_it_comes_from(recipe: str) -> None:
    lines = (CONFIGS / f"recipe/{recipe}.yaml").read_text().splitlines()
    values = [line for line in lines if line and not line.startswith("#") and line != "sl:"]
    assert [line for line in values if " # " not in line] == []
    stated = [field for field in fields(RecipeConfig) if field.default is not None]  # null is off: no file needs it
    assert len(values) == len(stated) - 1 + 3
