"""Checks the ranges of values; the schema has checked types. Each error names option, value and what is allowed."""

from collections.abc import Mapping
from typing import Any

import torch

from sl.checks import integer
from sl.config.build import build, build_trackers, check_node, find_parameters, is_own
from sl.errors import UserError
from sl.options.held_out import check_held_out
from sl.options.recipe import check_recipe
from sl.options.run import RunConfig, check_scale
from sl.options.runtime import check_runtime
from sl.recipes.augment import build_augmentation


def check_run(config: RunConfig) -> None:
    """Raise UserError for the first value that is out of range or that its class refuses; the data are not read."""
    config.check()
    integer("seed", config.seed, 0)
    check_held_out(config.holdout, config.fold)
    check_scale(config.scale)
    if config.scale.width_share != 1 and "width" not in find_parameters(config.model, "model", config.allow_targets):
        rule = f"must be 1; the channels of {config.model['_target_'].rpartition('.')[2]} are fixed"
        raise UserError("scale.width_share", config.scale.width_share, rule)
    check_recipe(config.recipe)
    build_augmentation(config.recipe)
    check_weights(config)
    check_runtime(config.runtime)
    integer("probe.representations", config.probe.representations, 0)
    if "reduction" in config.loss:
        raise UserError("loss.reduction", config.loss["reduction"], "must not be given: a run always takes the mean")
    for option in ("dataset", "noise"):
        build(getattr(config, option), option, config.allow_targets)
    build_trackers(config.tracker, config.allow_targets)
    sizes = {"num_examples": 100_000, "num_classes": 2}
    build(config.loss, "loss", config.allow_targets, transition=torch.eye(2, dtype=torch.float64), **sizes)
    check_node(config.model, "model", config.allow_targets, {"num_classes": 2, "image_shape": (1, 8, 8), "width": 1.0})


def starts_from_weights(model: Mapping[str, Any]) -> bool:
    """Whether the node `model` is our TorchVision class with weights; in other classes `weights` may mean anything."""
    torchvision = is_own(model) and model["_target_"].rpartition(".")[2] == "TorchVision"
    return torchvision and bool(model.get("weights"))


def check_weights(config: RunConfig) -> None:
    """Raise UserError if the recipe normalises images although the network's weights bring their own normalisation."""
    if starts_from_weights(config.model) and config.recipe.normalisation != "none":
        rule = "must be none with model.weights, which bring their own normalisation; recipe=finetune has it so"
        raise UserError("recipe.normalisation", config.recipe.normalisation, rule)
