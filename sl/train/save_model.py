"""Keeps the network of a finished run, ready to be used without its configuration."""

import hashlib
from pathlib import Path
from typing import Any

from sl.files import check_writable
from sl.models.classifier import Classifier, initialised_part
from sl.options.run import RunConfig
from sl.recipes.batchnorm import debiased_statistics
from sl.record.provenance import commit
from sl.saved.files import as_file, model_path, write_files
from sl.say import say
from sl.train.engine import Engine
from sl.train.job import Job

OWN_DATA = "folder"  # the choice of data set whose networks are kept by default


def keeps_model(config: RunConfig) -> bool:
    """Whether the run's network is to be kept: as `save` says, else on data of one's own only."""
    return bool(config.save) if config.save is not None else config.names["dataset"] == OWN_DATA


def check_models_dir(job: Job) -> None:
    """Raise UserError where the network is to be kept and `models_dir` cannot be written to: before the training."""
    if keeps_model(job.config):
        check_writable("models_dir", Path(job.config.models_dir), path_of_model(job).parent)


def path_of_model(job: Job) -> Path:
    """The JSON of the run's network, if it is kept."""
    return model_path(Path(job.config.models_dir), job.dataset.name, job.identity)


def save_model(engine: Engine, job: Job) -> str:
    """Write the network of `engine` to models_dir, if the run of `job` keeps it; sha256 of its file of weights.

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
    if keeps_model(job.config):
        path = path_of_model(job)
        write_files(path, weights, describe_model(engine, job))
        say(f"network kept: {path}")
    return hashlib.sha256(weights).hexdigest()


def describe_model(engine: Engine, job: Job) -> dict[str, Any]:
    """What the JSON says besides the weights' file: all that is needed to use them, and where they come from."""
    head, dirty = commit()
    recipe, node = engine.recipe, job.config.model
    if job.config.scale.width_share != 1:
        node = {**node, "width": job.config.scale.width_share}
    whole = initialised_part(engine.model) is engine.model  # else batch normalisation's constants came with weights
    return {
        "classes": list(job.dataset.class_names),
        "network": engine.model.described(node) if isinstance(engine.model, Classifier) else node,
        "image_shape": list(job.dataset.image_shape),
        "margin": job.dataset.margin,
        "normalisation": recipe.normalisation,
        "batchnorm": {"eps": recipe.bn_eps, "momentum": recipe.bn_momentum} if whole else None,
        "dataset": job.dataset.name,
        "names": job.result_config["names"],
        "seed": job.config.seed,
        "epochs": job.plan.epochs,
        "identity": job.identity,
        "commit": head,
        "dirty": dirty,
    }
