"""Describes the run that a configuration asks for: what determines its result, its identity and its names."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sl.config.build import NOISE_MATRIX, TRANSITION, build, is_own
from sl.config.check import starts_from_weights
from sl.config.groups import choices
from sl.errors import UserError, under
from sl.models.pretrained import find_weights
from sl.noise.matrix_file import digest, read_matrix
from sl.options.run import RunConfig
from sl.record.identity import identity
from sl.record.write import record_path
from sl.say import notice
from sl.train.device import Runtime, resolve_runtime

# Paths do not change the result; nor do options for unreadable pictures, which no finished record contains.
LOCATIONS = {
    "dataset": ("data_dir", "download", "labels", "on_error", "storage", "cache_dir"),
    "noise": ("data_dir", "path"),
}
LOCATION_ANYWHERE = ("data_dir",)  # for a class of another package, only this option is known to be a location
RECIPE_DEFAULTS = ("model", "sl")  # the recipe's defaults for options that are elsewhere in the configuration


@dataclass(frozen=True)
class Described:
    """A run whose data are not loaded yet. `result_config` is the configuration that determines its result."""

    config: RunConfig
    source: Any
    noise: Any
    runtime: Runtime
    result_config: dict[str, Any]

    @property
    def identity(self) -> str:
        """The hash of `result_config`, which identifies the run."""
        return identity(self.result_config)

    @property
    def names(self) -> dict[str, str]:
        """The names of the run's choices in its record, such as that of the data set."""
        return self.result_config["names"]

    @property
    def record(self) -> Path:
        """The path of the run's record."""
        return record_path(Path(self.config.runs_dir), self.names["dataset"], self.identity)

    @property
    def labels_given(self) -> bool:
        """Whether it is unknown which labels of the data are right (`sl.data.Dataset`)."""
        return getattr(self.source, "labels_given", False)


def describe_run(config: RunConfig) -> Described:
    """Describe the run that `config` asks for; raises UserError for a configuration that cannot be run."""
    runtime = resolve_runtime(config.runtime)
    if data_dir_unread(config):
        unread = f"data_dir={config.data_dir} is not read by dataset={config.names['dataset']}"
        notice(f"{unread}; dataset=folder reads pictures of your own")
    source, noise = (build(getattr(config, option), option, config.allow_targets) for option in ("dataset", "noise"))
    with under("dataset"):
        fingerprint = source.fingerprint()
    given = getattr(source, "labels_given", False)
    return Described(config, source, noise, runtime, result_config(config, runtime.precision, fingerprint, given))


def data_dir_unread(config: RunConfig) -> bool:
    """Whether the user typed data_dir for a data set without this option."""
    return "data_dir" not in config.dataset and any(typed.startswith("data_dir=") for typed in config.overrides)


def result_config(config: RunConfig, precision: str, fingerprint: str, labels_given: bool) -> dict[str, Any]:
    """The configuration that determines the run's result, as plain values; `fingerprint` identifies the data."""
    whole = asdict(config)
    chosen = {key: whole[key] for key in config.CHOICES}
    replace_paths_by_digests(chosen)
    chosen["dataset"]["fingerprint"] = fingerprint
    for key in RECIPE_DEFAULTS:
        chosen["recipe"].pop(key)
    if chosen["scale"]["width_share"] == 1:
        del chosen["scale"]["width_share"]  # the option is newer than the first records, whose identities must stay
    rest = {key: whole[key] for key in ("seed", "holdout", "probe")}
    if config.fold is not None:
        rest["fold"] = whole["fold"]
    return {**chosen, **rest, "precision": precision, "names": record_names(config, chosen, labels_given)}


def record_names(config: RunConfig, chosen: Mapping[str, Any], labels_given: bool) -> dict[str, str]:
    """The names of the run's choices in its record; `chosen` holds the choices as `result_config` has them."""
    names = config.names
    network = chosen["model"]["_target_"].rsplit(".", 1)[-1].lower()
    named = {**names, "model": network if names["model"] == "recipe" else names["model"]}
    if isinstance(config.dataset.get("name"), str):  # so that several data sets of the user have different names
        named["dataset"] = own_name(config.dataset["name"], names["dataset"])
    for choice in ("dataset", "noise", "model", "loss"):  # a class of another package is named after the class
        if not is_own(chosen[choice]) and names[choice] in choices(choice):
            target = chosen[choice]["_target_"]
            short = target.rsplit(".", 1)[-1]
            # Its full name if the short one is taken, so that no other data set is named like CIFAR-10, for instance.
            named[choice] = target if short in choices(choice) else short
    if set(chosen["scale"].values()) == {1.0}:
        # Nothing is left out, whatever the chosen scale is called. The user's own data are not the paper's.
        named["scale"] = "full" if labels_given else "paper"
    elif names["scale"] == "paper":
        named["scale"] = "custom"
    return named


def replace_paths_by_digests(chosen: dict[str, Any]) -> None:
    """In the nodes `chosen`, replace paths of files by digests of their content, and drop all other locations."""
    noise, loss, model = chosen["noise"], chosen["loss"], chosen["model"]
    if "path" in noise and is_own(noise):
        noise["file"] = digest(noise["path"])
    elif isinstance(noise.get("path"), str) and os.path.isfile(os.path.expanduser(noise["path"])):
        noise["path"] = digest(noise["path"])
    if transition_file(loss):
        read_matrix(loss["transition"], "loss.transition")
        loss["transition"] = digest(loss["transition"])
    if starts_from_weights(model):
        model["weights"] = find_weights(model["name"], str(model["weights"])).name
    for choice, locations in LOCATIONS.items():
        node = chosen[choice]
        for key in locations if is_own(node) else LOCATION_ANYWHERE:
            node.pop(key, None)


def own_name(name: str, choice: str) -> str:
    """The `name` that the user gave to a data set of the kind `choice`; UserError if it is that of another data set."""
    if name != choice and name in choices("dataset"):
        raise UserError("dataset.name", name, "must not be the name of another data set")
    return name


def transition_file(loss: Mapping[str, Any]) -> bool:
    """Whether the loss takes its transition matrix from a file, and not from the noise of the run."""
    return loss.get(TRANSITION, NOISE_MATRIX) != NOISE_MATRIX
