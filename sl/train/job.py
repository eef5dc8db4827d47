"""From a configuration to a run that is ready to be trained: which run it is, its data, noise and plan."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from torch import Tensor

from sl.config.build import NOISE_MATRIX, TRANSITION, build, is_own, under
from sl.config.check import starts_from_weights
from sl.config.groups import choices
from sl.config.shown import shown_of_run
from sl.data import Dataset
from sl.errors import UserError
from sl.losses import Loss
from sl.models.pretrained import find_weights
from sl.noise import NoisyLabels
from sl.noise.matrix_file import digest, read_matrix
from sl.recipes.optimizer import build_optimizer
from sl.record.identity import identity
from sl.record.paper import PROBED_CLASS
from sl.record.schema import Config, Data, Header, LabelNoise, Provenance, Scale, Stages
from sl.say import notice
from sl.train.cache import Cache
from sl.train.device import Runtime, asked_threads, resolve_runtime, threads_that_pay
from sl.train.holdout import Validation, hold_out, rows_held_out
from sl.train.network import make_model
from sl.train.options import RunConfig
from sl.train.plan import Plan, make_plan

# Where data lie says nothing of the result, nor what is done with pictures that no record of a result has.
LOCATIONS = {
    "dataset": ("data_dir", "download", "labels", "on_error", "storage", "cache_dir"),
    "noise": ("data_dir", "path"),
}
LOCATION_ANYWHERE = ("data_dir",)  # of a class of another package only this is known to say where data lie
HERE_ONLY = ("model", "sl")  # the recipe's defaults for choices that stand elsewhere in the configuration
datasets: Cache[Dataset] = Cache(limit=1)


@dataclass(frozen=True)
class ProbeSet:
    """The rightly labelled training examples of the class that is looked at more closely."""

    label: int
    index: Tensor


@dataclass(frozen=True)
class Described:
    """A run that is known but whose data are not loaded yet; `result_config` is what determines its result."""

    config: RunConfig
    source: Any
    noise: Any
    runtime: Runtime
    result_config: dict[str, Any]

    @property
    def identity(self) -> str:
        """The run's identity."""
        return identity(self.result_config)

    @property
    def names(self) -> dict[str, str]:
        """What the run's choices are called in its record."""
        return self.result_config["names"]

    @property
    def labels_given(self) -> bool:
        """Whether the data are somebody's own: nobody knows which of their labels are right."""
        return getattr(self.source, "labels_given", False)


@dataclass(frozen=True)
class Job(Described):
    """A run that is ready to be trained; `dataset` and `noisy` are without what is held out for `validation`."""

    dataset: Dataset
    noisy: NoisyLabels
    validation: Validation | None
    paper_images: int
    plan: Plan
    probe_set: ProbeSet

    def header(self, origin: Provenance) -> Header:
        """The first line of the record."""
        known: dict[str, Any] = {"validation_images": len(self.validation.labels)} if self.validation else {}
        if self.dataset.labels_given:
            known |= {"labels": "given", **self.dataset.facts}
        return Header(
            identity=self.identity,
            config=Config.model_validate(self.result_config),
            data=Data(
                name=self.dataset.name,
                class_names=list(self.dataset.class_names),
                train_images=len(self.dataset.train_labels),
                test_images=len(self.dataset.test_labels),
                **known,
                paper_train_images=self.paper_images,
                fingerprint=self.result_config["dataset"]["fingerprint"],
            ),
            scale=Scale(
                name=self.names["scale"],
                **asdict(self.config.scale),
                epochs=self.plan.epochs,
                paper_epochs=self.plan.paper_epochs,
                batch_size=self.plan.batch_size,
                paper_batch_size=self.config.recipe.batch_size,
            ),
            noise=LabelNoise(
                realised_rate=self.noisy.realised_rate,
                fingerprint=self.noisy.fingerprint,
                transition=self.noisy.transition.tolist(),
            ),
            stages=Stages(**self.plan.stages),
            shown=shown_of_run(self.config),
            provenance=origin,
        )


def describe_run(config: RunConfig) -> Described:
    """Which run `config` asks for; raises UserError for what cannot be run."""
    runtime = resolve_runtime(config.runtime)
    if "data_dir" not in config.dataset and any(typed.startswith("data_dir=") for typed in config.overrides):
        unread = f"data_dir={config.data_dir} is not read by dataset={config.names['dataset']}"
        notice(f"{unread}; dataset=folder reads pictures of your own")
    source, noise = (build(getattr(config, option), option, config.allow_targets) for option in ("dataset", "noise"))
    with under("dataset"):
        fingerprint = source.fingerprint()
    run = Described(config, source, noise, runtime, result_config(config, runtime.precision, fingerprint))
    if run.labels_given and run.names["scale"] == "paper":
        run.names["scale"] = "full"  # the paper has no such data
    return run


def result_config(config: RunConfig, precision: str, fingerprint: str) -> dict[str, Any]:
    """What determines the run's result, as plain values; `fingerprint` identifies the data set's content."""
    whole, names = asdict(config), config.names
    chosen = {key: whole[key] for key in config.CHOICES}
    put_content_for_places(chosen)
    chosen["dataset"]["fingerprint"] = fingerprint
    for key in HERE_ONLY:
        chosen["recipe"].pop(key)
    if chosen["scale"]["width_share"] == 1:
        del chosen["scale"]["width_share"]  # newer than the first records, whose identities stay
    network = chosen["model"]["_target_"].rsplit(".", 1)[-1].lower()
    named = {**names, "model": network if names["model"] == "recipe" else names["model"]}
    if isinstance(config.dataset.get("name"), str):  # several data sets of one's own stay apart
        named["dataset"] = own_name(config.dataset["name"], names["dataset"])
    for choice in ("dataset", "noise", "model", "loss"):  # a class from elsewhere in the place of one here: by its name
        if not is_own(chosen[choice]) and names[choice] in choices(choice):
            named[choice] = chosen[choice]["_target_"].rsplit(".", 1)[-1]
    if set(chosen["scale"].values()) == {1.0}:
        named["scale"] = "paper"  # nothing is left out, whatever the chosen scale is called
    elif names["scale"] == "paper":
        named["scale"] = "custom"
    rest = {key: whole[key] for key in ("seed", "holdout", "probe")}
    if config.fold is not None:
        rest["fold"] = whole["fold"]
    return {**chosen, **rest, "precision": precision, "names": named}


def put_content_for_places(chosen: dict[str, Any]) -> None:
    """In the nodes `chosen`, put what files hold for where they lie, and drop all other places."""
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
    """The `name` that somebody gave to own data, which are the `choice`; UserError where other data are called so."""
    if name != choice and name in choices("dataset"):
        raise UserError("dataset.name", name, "must not be the name of another data set")
    return name


def prepare(config: RunConfig) -> Job:
    """Load the data, draw the noise and plan the run; raises UserError for what cannot be run."""
    run = describe_run(config)
    if hasattr(run.source, "outline"):  # mistakes come out before thousands of pictures are read
        outline = make_job(run, run.source.outline())
        make_loss(config.loss, outline.dataset, outline.noisy, config.allow_targets)
        build_optimizer(make_model(config, outline.dataset), config.recipe)
    key = repr((config.dataset, run.result_config["dataset"]["fingerprint"]))
    with under("dataset"):
        full = datasets.get(key, run.source.load)
    return make_job(run, full)


def make_job(run: Described, full: Dataset) -> Job:
    """The run on a share of the data set `full`."""
    config = run.config
    dataset = full.subset(config.scale.train_share, config.scale.test_share)
    noisy = run.noise.apply(dataset, config.seed)
    validation = None if dataset.validation is None else Validation(*dataset.validation)
    if rows := rows_held_out(config, noisy.labels):
        dataset, noisy, validation = hold_out(dataset, noisy, *rows)
    paper_images = len(full.train_labels)
    plan = make_plan(config.recipe, config.scale, len(dataset.train_labels), paper_images)
    if asked_threads(config.runtime) is None:
        run = replace(run, runtime=replace(run.runtime, threads=threads_that_pay(dataset.image_shape, plan.batch_size)))
    probe_set = make_probe_set(config.probe.label, dataset, noisy)
    return Job(
        **vars(run),
        dataset=dataset,
        noisy=noisy,
        validation=validation,
        paper_images=paper_images,
        plan=plan,
        probe_set=probe_set,
    )


def make_probe_set(label: str | int | None, dataset: Dataset, noisy: NoisyLabels) -> ProbeSet:
    """The rightly labelled images of the class `label`; null is class 3 (the paper's cat), or the last of fewer."""
    last = dataset.num_classes - 1
    number = min(PROBED_CLASS, last) if label is None else dataset.class_index(label, "probe.label")
    return ProbeSet(number, ((noisy.clean == number) & (noisy.labels == noisy.clean)).nonzero().flatten())


def transition_file(loss: Mapping[str, Any]) -> bool:
    """Whether the loss corrects by a matrix in a file, and not by the matrix of the run's own noise."""
    return loss.get(TRANSITION, NOISE_MATRIX) != NOISE_MATRIX


def make_loss(loss: Mapping[str, Any], dataset: Dataset, noisy: NoisyLabels, allow_targets: Sequence[str] = ()) -> Loss:
    """The loss for a run on `dataset`; UserError where it does not fit."""
    sizes = {"num_examples": len(noisy.labels), "num_classes": dataset.num_classes}
    return build(loss, "loss", allow_targets, transition=_transition(loss, dataset, noisy), **sizes)


def _transition(loss: Mapping[str, Any], dataset: Dataset, noisy: NoisyLabels) -> Tensor:
    option = f"loss.{TRANSITION}"
    if transition_file(loss):
        return read_matrix(loss[TRANSITION], option).for_classes(dataset.class_names, option, dataset.name)
    if TRANSITION in loss and not noisy.truth_known:
        raise UserError(option, NOISE_MATRIX, "must be a matrix file: the noise of these labels is unknown")
    return noisy.transition
