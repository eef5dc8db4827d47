"""Which run a configuration asks for, before any data is loaded."""

from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.config.build import build, under
from sl.config.check import check_run
from sl.config.groups import choices
from sl.config.shown import is_own
from sl.errors import UserError
from sl.models.pretrained import find_weights
from sl.noise.matrix_file import digest, read_matrix
from sl.record.identity import identity
from sl.train.device import Runtime, resolve_runtime
from sl.train.run_loss import transition_file

# Where data lie says nothing of the result, nor what is done with pictures that no record of a result has.
LOCATIONS = ("data_dir", "download", "path", "labels", "on_error", "storage", "cache_dir")
HERE_ONLY = ("model", "sl")  # the recipe's defaults for choices that stand elsewhere in the configuration


@dataclass(frozen=True)
class Described:
    """A run that is known but whose data are not loaded yet."""

    source: Any
    noise: Any
    runtime: Runtime
    result_config: dict[str, Any]

    @property
    def identity(self) -> str:
        """The run's identity."""
        return identity(self.result_config)


def describe_run(config: DictConfig, names: dict[str, str]) -> Described:
    """Check `config` and say which run it is; raises UserError for what cannot be run."""
    check_run(config)
    runtime = resolve_runtime(config.runtime)
    source, noise = (build(config[option], option, config.allow_targets) for option in ("dataset", "noise"))
    with under("dataset"):
        fingerprint = source.fingerprint()
    check_weights(config)
    result = result_config(config, names, runtime.precision, fingerprint)
    if getattr(source, "labels_given", False) and result["names"]["scale"] == "paper":
        result["names"]["scale"] = "full"  # the paper has no such data
    return Described(source, noise, runtime, result)


def check_weights(config: DictConfig) -> None:
    """Raise UserError where images are normalised before a network whose weights bring their own normalisation."""
    if config.model.get("weights") and config.recipe.normalisation != "none":
        rule = "must be none with model.weights, which bring their own normalisation; recipe=finetune has it so"
        raise UserError("recipe.normalisation", config.recipe.normalisation, rule)


def result_config(config: DictConfig, names: dict[str, str], precision: str, fingerprint: str) -> dict[str, Any]:
    """What determines the run's result, as plain values; `fingerprint` stands for the data set's content."""
    whole = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(whole, dict)
    chosen = {key: dict(whole[key]) for key in ("dataset", "noise", "model", "loss", "recipe", "scale")}
    if "path" in chosen["noise"]:
        chosen["noise"]["file"] = digest(chosen["noise"]["path"])
    if transition_file(config.loss):
        read_matrix(config.loss.transition, "loss.transition")
        chosen["loss"]["transition"] = digest(config.loss.transition)
    if weights := config.model.get("weights"):
        chosen["model"]["weights"] = find_weights(config.model.name, str(weights)).name
    chosen["dataset"]["fingerprint"] = fingerprint
    for node in (chosen["dataset"], chosen["noise"]):
        for key in LOCATIONS:
            node.pop(key, None)
    for key in HERE_ONLY:
        chosen["recipe"].pop(key)
    if chosen["scale"]["width_share"] == 1:
        del chosen["scale"]["width_share"]  # newer than the first records, whose identities stay
    network = chosen["model"]["_target_"].rsplit(".", 1)[-1].lower()
    named = {**names, "model": network if names["model"] == "recipe" else names["model"]}
    for choice in ("loss", "noise"):  # a class from elsewhere in the place of one here has the name of that class
        if not is_own(chosen[choice]) and names[choice] in choices(choice):
            named[choice] = chosen[choice]["_target_"].rsplit(".", 1)[-1]
    if set(chosen["scale"].values()) == {1.0}:
        named["scale"] = "paper"  # nothing is left out, whatever the scale is called that was asked for
    elif names["scale"] == "paper":
        named["scale"] = "custom"
    rest = {key: whole[key] for key in ("seed", "holdout", "probe")}
    if config.fold is not None:
        rest["fold"] = whole["fold"]
    return {**chosen, **rest, "precision": precision, "names": named}
