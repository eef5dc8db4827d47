"""Loads a run's data, draws its noise and plans it."""

from dataclasses import dataclass, replace
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.config.build import under
from sl.config.shown import shown_of_run
from sl.data import Dataset
from sl.noise import NoisyLabels
from sl.record.schema import Data, Header, LabelNoise, Provenance, Scale, Stages
from sl.train.describe import Described, describe_run
from sl.train.device import Runtime, asked_threads, threads_that_pay
from sl.train.fit import ProbeSet
from sl.train.holdout import Validation, hold_out, rows_held_out
from sl.train.kept import Kept
from sl.train.plan import Plan, make_plan
from sl.train.run_loss import make_loss

PAPER_PROBE = 3
kept_sources: Kept[Dataset] = Kept(limit=1)


@dataclass(frozen=True)
class Job:
    """A run that is ready to be trained; `dataset` and `noisy` are without what is held out for `validation`."""

    config: DictConfig
    result_config: dict[str, Any]
    identity: str
    dataset: Dataset
    noisy: NoisyLabels
    validation: Validation | None
    paper_images: int
    plan: Plan
    runtime: Runtime
    probe_set: ProbeSet

    @property
    def dataset_name(self) -> str:
        """The data set's name, which is also the folder of its records."""
        return self.dataset.name

    def header(self, origin: Provenance) -> Header:
        """The first line of the record."""
        scale, validation = self.config.scale, self.validation
        known: dict[str, Any] = {"validation_images": len(validation.labels)} if validation else {}
        if self.dataset.labels_given:
            known |= {"labels": "given", **self.dataset.facts}
        return Header(
            identity=self.identity,
            config=self.result_config,
            data=Data(
                name=self.dataset_name,
                class_names=list(self.dataset.class_names),
                train_images=len(self.dataset.train_labels),
                test_images=len(self.dataset.test_labels),
                **known,
                paper_train_images=self.paper_images,
                fingerprint=self.result_config["dataset"]["fingerprint"],
            ),
            scale=Scale(
                name=self.result_config["names"]["scale"],
                **{str(key): value for key, value in scale.items()},
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


def prepare(config: DictConfig, names: dict[str, str]) -> Job:
    """Load the data, draw the noise and plan the run; raises UserError for what cannot be run."""
    run = describe_run(config, names)
    key = repr((OmegaConf.to_container(config.dataset, resolve=True), run.result_config["dataset"]["fingerprint"]))
    if hasattr(run.source, "outline"):  # mistakes come out before thousands of pictures are read
        outline = make_job(run, config, run.source.outline())
        make_loss(config.loss, outline.dataset, outline.noisy, config.allow_targets)
    with under("dataset"):
        full = kept_sources.get(key, run.source.load)
    return make_job(run, config, full)


def probed_class(dataset: Dataset) -> int:
    """Class 3, which the paper looks at (the cat of CIFAR-10), or the last where there are fewer."""
    return min(PAPER_PROBE, dataset.num_classes - 1)


def make_job(run: Described, config: DictConfig, full: Dataset) -> Job:
    """The run on a share of the data set `full`."""
    dataset = full.subset(config.scale.train_share, config.scale.test_share)
    noisy, validation = run.noise.apply(dataset, config.seed), None
    if rows := rows_held_out(config, noisy.labels):
        dataset, noisy, validation = hold_out(dataset, noisy, *rows)
    named = config.probe.label
    label = probed_class(dataset) if named is None else dataset.class_index(named, "probe.label")
    known = (noisy.clean == label) & (noisy.labels == noisy.clean)
    paper_images = len(full.train_labels)
    plan = make_plan(config.recipe, config.scale, len(dataset.train_labels), paper_images)
    runtime = run.runtime
    if asked_threads(config.runtime) is None:
        runtime = replace(runtime, threads=threads_that_pay(dataset.image_shape, plan.batch_size))
    return Job(
        config=config,
        result_config=run.result_config,
        identity=run.identity,
        dataset=dataset,
        noisy=noisy,
        validation=validation,
        paper_images=paper_images,
        plan=plan,
        runtime=runtime,
        probe_set=ProbeSet(label, known.nonzero().flatten()),
    )
