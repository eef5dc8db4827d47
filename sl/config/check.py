"""Ranges of the values whose types the schema knows: each message names the option, its value and what is allowed."""

from omegaconf import DictConfig

from sl.checks import integer, number, one_of
from sl.errors import UserError
from sl.recipes.initialise import KINDS as INITIALISATIONS
from sl.recipes.normalise import KINDS as NORMALISATIONS


def check_run(config: DictConfig) -> None:
    """Raise UserError for the first value of `config` that is out of its range."""
    integer("seed", config.seed, 0)
    check_scale(config.scale)
    check_recipe(config.recipe)
    integer("probe.representations", config.probe.representations, 0)


def check_scale(scale: DictConfig) -> None:
    """Shares lie in (0, 1]."""
    for name in ("train_share", "test_share", "epoch_share", "batch_share"):
        number(f"scale.{name}", getattr(scale, name), 0, 1, low_open=True)


def check_recipe(recipe: DictConfig) -> None:
    """Ranges of everything that says how a network is trained."""
    for name in ("epochs", "batch_size"):
        integer(f"recipe.{name}", getattr(recipe, name), 1)
    integer("recipe.crop_padding", recipe.crop_padding, 0)
    number("recipe.lr", recipe.lr, 0, low_open=True)
    number("recipe.gamma", recipe.gamma, 0, 1, low_open=True)
    number("recipe.momentum", recipe.momentum, 0, 1, high_open=True)
    number("recipe.bn_eps", recipe.bn_eps, 0, low_open=True)
    number("recipe.bn_momentum", recipe.bn_momentum, 0, 1, low_open=True)
    number("recipe.shift", recipe.shift, 0, 1, high_open=True)
    number("recipe.rotation", recipe.rotation, 0, 180)
    for name in ("lr_decay", "weight_decay"):
        number(f"recipe.{name}", getattr(recipe, name), 0)
    if recipe.clip_norm is not None:
        number("recipe.clip_norm", recipe.clip_norm, 0, low_open=True)
    one_of("recipe.schedule", recipe.schedule, ("steps", "cosine"))
    one_of("recipe.momentum_form", recipe.momentum_form, ("keras", "torch"))
    one_of("recipe.decay_on", recipe.decay_on, ("fc1", "kernels", "all", "none"))
    one_of("recipe.initialisation", recipe.initialisation, INITIALISATIONS)
    one_of("recipe.normalisation", recipe.normalisation, NORMALISATIONS)
    milestones = list(recipe.milestones)
    if milestones != sorted(set(milestones)) or any(epoch < 1 for epoch in milestones):
        raise UserError(f"recipe.milestones={milestones}: allowed are epochs of at least 1, rising")
    if recipe.nesterov and recipe.momentum_form == "keras":
        raise UserError("recipe.nesterov=true: allowed with recipe.momentum_form=torch only")
