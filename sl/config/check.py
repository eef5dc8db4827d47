"""Ranges of the values whose types the schema knows: each message names the option, its value and what is allowed."""

import torch
from omegaconf import DictConfig, OmegaConf

from sl.checks import integer, number, one_of
from sl.config.build import build, check_node
from sl.errors import UserError
from sl.recipes.initialise import KINDS as INITIALISATIONS
from sl.recipes.normalise import KINDS as NORMALISATIONS


def check_run(config: DictConfig) -> None:
    """Raise UserError for the first value of `config` that is out of its range."""
    integer("seed", config.seed, 0)
    if config.holdout is not None:
        number("holdout", config.holdout, 0, 1, low_open=True, high_open=True)
    check_scale(config.scale)
    check_recipe(config.recipe)
    integer("probe.representations", config.probe.representations, 0)
    if "reduction" in config.loss:
        raise UserError("loss.reduction", config.loss.reduction, "must not be given: a run always takes the mean")


def check_buildable(config: DictConfig) -> None:
    """`check_run`, and that all classes take their values, as far as this can be told without the data."""
    check_run(config)
    allowed = config.allow_targets
    for option in ("dataset", "noise", "tracker"):
        build(config[option], option, allowed)
    sizes = {"num_examples": 100_000, "num_classes": 2}
    build(config.loss, "loss", allowed, transition=torch.eye(2, dtype=torch.float64), **sizes)
    model = OmegaConf.to_container(config.model, resolve=True)
    check_node(model, "model", allowed, {"num_classes": 2, "image_shape": (1, 8, 8)})


def check_scale(scale: DictConfig) -> None:
    """Shares lie in (0, 1]."""
    for name in ("train_share", "test_share", "epoch_share", "batch_share"):
        number(f"scale.{name}", getattr(scale, name), 0, 1, low_open=True)


def check_recipe(recipe: DictConfig) -> None:
    """Ranges of everything that says how a network is trained."""
    integer("recipe.epochs", recipe.epochs, 1)
    integer("recipe.batch_size", recipe.batch_size, 2)  # batch normalisation needs two
    integer("recipe.crop_padding", recipe.crop_padding, 0)
    number("recipe.lr", recipe.lr, 0, low_open=True)
    number("recipe.gamma", recipe.gamma, 0, 1, low_open=True)
    number("recipe.momentum", recipe.momentum, 0, 1, high_open=True)
    number("recipe.bn_eps", recipe.bn_eps, 0, low_open=True)
    number("recipe.bn_momentum", recipe.bn_momentum, 0, 1, low_open=True)
    number("recipe.p_min", recipe.p_min, 0, 1, high_open=True)
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
    number("recipe.sl.alpha", recipe.sl.alpha, 0)
    number("recipe.sl.beta", recipe.sl.beta, 0)
    number("recipe.sl.log_zero", recipe.sl.log_zero, high=0, high_open=True)
    milestones = list(recipe.milestones)
    if milestones != sorted(set(milestones)) or any(epoch < 1 for epoch in milestones):
        raise UserError("recipe.milestones", milestones, "must be epochs of at least 1, rising")
    if recipe.nesterov and recipe.momentum_form == "keras":
        raise UserError("recipe.nesterov", "true", "must be false unless recipe.momentum_form is torch")
