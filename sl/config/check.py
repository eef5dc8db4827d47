"""Ranges of the values whose types the schema knows: each message names the option, its value and what is allowed."""

import torch
from omegaconf import DictConfig, OmegaConf

from sl.checks import integer, number
from sl.config.build import build, build_trackers, check_node, find_parameters
from sl.errors import UserError
from sl.recipes.ranges import check_recipe


def check_run(config: DictConfig) -> None:
    """Raise UserError for the first value of `config` that is out of its range."""
    integer("seed", config.seed, 0)
    if config.holdout is not None:
        number("holdout", config.holdout, 0, 1, low_open=True, high_open=True)
    check_scale(config.scale)
    if config.scale.width_share != 1 and "width" not in find_parameters(config.model, "model", config.allow_targets):
        rule = f"must be 1; the channels of {config.model._target_.rsplit('.', 1)[-1]} are fixed"
        raise UserError("scale.width_share", config.scale.width_share, rule)
    check_recipe(config.recipe)
    integer("probe.representations", config.probe.representations, 0)
    if "reduction" in config.loss:
        raise UserError("loss.reduction", config.loss.reduction, "must not be given: a run always takes the mean")


def check_buildable(config: DictConfig) -> None:
    """`check_run`, and that all classes take their values, as far as this can be told without the data."""
    check_run(config)
    allowed = config.allow_targets
    for option in ("dataset", "noise"):
        build(config[option], option, allowed)
    build_trackers(config)
    sizes = {"num_examples": 100_000, "num_classes": 2}
    build(config.loss, "loss", allowed, transition=torch.eye(2, dtype=torch.float64), **sizes)
    model = OmegaConf.to_container(config.model, resolve=True)
    check_node(model, "model", allowed, {"num_classes": 2, "image_shape": (1, 8, 8), "width": 1.0})


def check_scale(scale: DictConfig) -> None:
    """Shares lie in (0, 1]."""
    for name in ("train_share", "test_share", "epoch_share", "batch_share", "width_share"):
        number(f"scale.{name}", getattr(scale, name), 0, 1, low_open=True)
