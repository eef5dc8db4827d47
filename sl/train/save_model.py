"""Saves the network of a finished run so that it can be used without the run's configuration."""

import hashlib
from pathlib import Path
from typing import Any

from torch import nn

from sl.files import check_writable
from sl.models.classifier import Classifier, initialised_part
from sl.options.recipe import RecipeConfig
from sl.options.run import OWN_DATA, RunConfig
from sl.recipes.batchnorm import batchnorms, debiased_statistics
from sl.record.provenance import commit
from sl.saved.files import as_file, model_path, write_files
from sl.say import say
from sl.train.engine import Engine
from sl.train.prepared import PreparedRun


def keeps_model(config: RunConfig) -> bool:
    """Whether to keep the run's network: as `save` says; if that is null, only for the user's own data."""
    return bool(config.save) if config.save is not None else config.names["dataset"] == OWN_DATA


def check_models_dir(prepared: PreparedRun) -> None:
    """Before the training, raise UserError if the network is to be kept and `models_dir` cannot be written to."""
    if keeps_model(prepared.config):
        check_writable("models_dir", Path(prepared.config.models_dir), path_of_model(prepared).parent)


def path_of_model(prepared: PreparedRun) -> Path:
    """The path of the JSON file that describes the run's network, if the network is kept."""
    return model_path(Path(prepared.config.models_dir), prepared.dataset.name, prepared.identity)


def save_model(engine: Engine, prepared: PreparedRun) -> str:
    """Write the network of `engine` to models_dir if the run keeps it; returns its weights' sha256 in either case.

    Running statistics are stored as evaluation uses them (`debiased_statistics`), so that the network gives the same
    logits in any other program.
    """
    with debiased_statistics(initialised_part(engine.model), engine.recipe.bn_zero_debias):
        tensors = {f"model.{name}": value.clone() for name, value in engine.model.state_dict().items()}
    normalisation = engine.data.normalisation
    for name in ("mean_image", "mean", "std"):
        value = getattr(normalisation, name)
        if value is not None:
            tensors[f"normalisation.{name}"] = value
    weights = as_file(tensors)
    if keeps_model(prepared.config):
        path = path_of_model(prepared)
        write_files(path, weights, describe_model(engine, prepared))
        say(f"network kept: {path}")
    return hashlib.sha256(weights).hexdigest()


def describe_model(engine: Engine, prepared: PreparedRun) -> dict[str, Any]:
    """The JSON of the saved network without what `write_files` adds: all that its use needs, and its origin."""
    head, dirty = commit()
    recipe, node = engine.recipe, prepared.config.model
    if prepared.config.scale.width_share != 1:
        node = {**node, "width": prepared.config.scale.width_share}
    return {
        "classes": list(prepared.dataset.class_names),
        "network": engine.model.described(node) if isinstance(engine.model, Classifier) else node,
        "image_shape": list(prepared.dataset.image_shape),
        "margin": prepared.dataset.margin,
        "normalisation": recipe.normalisation,
        "batchnorm": describe_batchnorm(engine.model, recipe),
        "dataset": prepared.dataset.name,
        "names": prepared.result_config["names"],
        "seed": prepared.config.seed,
        "epochs": prepared.plan.epochs,
        "identity": prepared.identity,
        "commit": head,
        "dirty": dirty,
    }


def describe_batchnorm(model: nn.Module, recipe: RecipeConfig) -> dict[str, Any] | None:
    """The recipe's constants, and where only a part of `model` has them, its layers by name; None if there are none.

    The other layers have those that came with pretrained weights: building the network sets them again.
    """
    constants, part = {"eps": recipe.bn_eps, "momentum": recipe.bn_momentum}, initialised_part(model)
    if part is model:
        return constants
    own = set(map(id, batchnorms(part)))
    layers = [name for name, layer in model.named_modules() if id(layer) in own]
    return {**constants, "layers": layers} if layers else None
