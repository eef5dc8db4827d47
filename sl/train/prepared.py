"""Prepares a run for training: loads its data, draws its noise, holds out images and makes its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from sl.config.build import TRANSITION, build
from sl.config.groups import choices
from sl.data import Dataset
from sl.errors import UserError, under
from sl.files import printed
from sl.losses import Loss
from sl.noise import Matrix, NoisyLabels
from sl.noise.matrix_file import read_matrix
from sl.options.run import RunConfig
from sl.paper import PROBED_CLASS
from sl.recipes.optimizer import build_optimizer
from sl.record.schema import Config, Data, Header, LabelNoise, Provenance, Scale, Stages
from sl.record.shown import presentations
from sl.train.cache import Cache
from sl.train.check_parts import checked_dataset, checked_noise
from sl.train.described import Described, describe_run, transition_file
from sl.train.holdout import Validation, hold_out, rows_held_out
from sl.train.network import make_model
from sl.train.plan import Plan, make_plan
from sl.train.threads import asked_threads, threads_that_pay

datasets: Cache[Dataset] = Cache(limit=1)


@dataclass(frozen=True)
class ProbeSet:
    """The training examples of the probed class `label` that have the right label, as rows `index` (P,)."""

    label: int
    index: Tensor


@dataclass(frozen=True)
class PreparedRun(Described):
    """A run that is ready to be trained; `dataset` and `noisy` do not contain the images held out for `validation`."""

    dataset: Dataset
    noisy: NoisyLabels
    validation: Validation | None
    paper_images: int
    plan: Plan
    probe_set: ProbeSet

    def header(self, origin: Provenance) -> Header:
        """The first line of the record; `origin` says where the run is trained."""
        known: dict[str, Any] = {"validation_images": len(self.validation.labels)} if self.validation else {}
        if self.dataset.labels_given:
            known |= {"labels": "given", **self.dataset.facts}
        typed = typed_for_own_recipe(self.config)
        of_recipe: dict[str, Any] = {"recipe_typed": typed} if typed else {}
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
                **({"file": printed(Path(self.noise.path).name)} if isinstance(self.noise, Matrix) else {}),
            ),
            stages=Stages(**self.plan.stages),
            shown=presentations(self.config.shown),
            **of_recipe,
            provenance=origin,
        )


def typed_for_own_recipe(config: RunConfig) -> list[str]:
    """The recipe's options that were typed, if the recipe is a file of the user; else an empty list."""
    if config.names["recipe"] in choices("recipe"):
        return []
    options = (override.lstrip("+~").partition("=")[0] for override in config.overrides)
    typed = [option.removeprefix("recipe.") for option in options if option.startswith("recipe.")]
    return [name for name in typed if name in vars(config.recipe)]


def prepare(config: RunConfig) -> PreparedRun:
    """Load the data, draw the noise and plan the run; raises UserError for a configuration that cannot be run."""
    run = describe_run(config)
    if hasattr(run.source, "outline"):  # so that mistakes show before thousands of pictures are read
        outline = prepare_on(run, run.source.outline())
        make_loss(config.loss, outline.dataset, outline.noisy, config.allow_targets)
        build_optimizer(make_model(config, outline.dataset), config.recipe)
    key = repr((config.dataset, run.result_config["dataset"]["fingerprint"]))
    with under("dataset"):
        full = datasets.get(key, run.source.load)
    return prepare_on(run, full)


def prepare_on(run: Described, full: Dataset) -> PreparedRun:
    """Prepare the run on the shares of the data set `full` that its scale takes; UserError for what does not fit."""
    config = run.config
    dataset = checked_dataset(full).subset(config.scale.train_share, config.scale.test_share)
    noisy = checked_noise(run.noise.apply(dataset, config.seed), dataset)
    validation = None if dataset.validation is None else Validation(*dataset.validation)
    if rows := rows_held_out(config, noisy.labels):
        dataset, noisy, validation = hold_out(dataset, noisy, *rows)
    paper_images = len(full.train_labels)
    plan = make_plan(config.recipe, config.scale, len(dataset.train_labels), paper_images)
    if asked_threads(config.runtime) is None:
        run = replace(run, runtime=replace(run.runtime, threads=threads_that_pay(dataset.image_shape, plan.batch_size)))
    probe_set = make_probe_set(config.probe.label, dataset, noisy)
    return PreparedRun(
        **vars(run),
        dataset=dataset,
        noisy=noisy,
        validation=validation,
        paper_images=paper_images,
        plan=plan,
        probe_set=probe_set,
    )


def probed_class(label: str | int | None, dataset: Dataset) -> int:
    """The number of the class `label`; None is class 3 (the paper's cat), or the last class if there are fewer."""
    return min(PROBED_CLASS, dataset.num_classes - 1) if label is None else dataset.class_index(label, "probe.label")


def make_probe_set(label: str | int | None, dataset: Dataset, noisy: NoisyLabels) -> ProbeSet:
    """The probe set of the class `label`; None is the default of `probed_class`."""
    number = probed_class(label, dataset)
    return ProbeSet(number, ((noisy.clean == number) & (noisy.labels == noisy.clean)).nonzero().flatten())


def make_loss(loss: Mapping[str, Any], dataset: Dataset, noisy: NoisyLabels, allow_targets: Sequence[str] = ()) -> Loss:
    """The loss of a run on `dataset`; UserError if its options do not fit the data."""
    sizes = {"num_examples": len(noisy.labels), "num_classes": dataset.num_classes}
    return build(loss, "loss", allow_targets, transition=_transition(loss, dataset, noisy), **sizes)


def _transition(loss: Mapping[str, Any], dataset: Dataset, noisy: NoisyLabels) -> Tensor:
    option = f"loss.{TRANSITION}"
    if transition_file(loss):
        return read_matrix(loss[TRANSITION], option).for_classes(dataset.class_names, option, dataset.name)
    if TRANSITION in loss and not noisy.truth_known:
        rule = "is required, because the noise of these labels is unknown: an audit's noise.json, a .csv, .txt or .npy"
        raise UserError(f"{option}=FILE", rule=rule)
    return noisy.transition
