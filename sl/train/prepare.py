"""Everything a run needs before it trains, put together from its configuration."""

import copy
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.config.build import build, under
from sl.config.check import check_run
from sl.config.schema import RecipeConfig
from sl.data import Dataset
from sl.losses import Loss
from sl.models.classifier import Classifier
from sl.noise import NoisyLabels
from sl.recipes import configure_batchnorm, initialise
from sl.record.identity import canonical, identity
from sl.train.device import Runtime, apply_runtime, resolve_runtime
from sl.train.device_data import DeviceData
from sl.train.engine import Engine
from sl.train.fit import ProbeSet
from sl.train.holdout import Validation, hold_out
from sl.train.kept import Kept
from sl.train.plan import Plan, make_plan
from sl.train.seeds import generator

LOCATIONS = ("data_dir", "download", "path")  # where data lie says nothing of the result
HERE_ONLY = ("model", "sl")  # the recipe's defaults for choices that stand elsewhere in the configuration
kept_engines: Kept[Engine] = Kept(limit=8)
kept_data: Kept[DeviceData] = Kept(limit=2)
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

    def header(self) -> dict[str, Any]:
        """The first line of the record, but for the provenance."""
        scale = OmegaConf.to_container(self.config.scale)
        assert isinstance(scale, dict)
        counts = {"train_images": len(self.dataset.train_labels), "test_images": len(self.dataset.test_labels)}
        if self.validation:
            counts["validation_images"] = len(self.validation.labels)
        return {
            "identity": self.identity,
            "config": self.result_config,
            "data": {"name": self.dataset_name, "class_names": list(self.dataset.class_names), **counts}
            | {"paper_train_images": self.paper_images, "fingerprint": self.result_config["dataset"]["fingerprint"]},
            "scale": {"name": self.result_config["names"]["scale"], **{str(key): value for key, value in scale.items()}}
            | {"epochs": self.plan.epochs, "paper_epochs": self.plan.paper_epochs}
            | {"batch_size": self.plan.batch_size, "paper_batch_size": self.config.recipe.batch_size},
            "noise": {
                "realised_rate": self.noisy.realised_rate,
                "fingerprint": self.noisy.fingerprint,
                "transition": self.noisy.transition.tolist(),
            },
            "stages": self.plan.stages,
        }


def result_config(config: DictConfig, names: dict[str, str], precision: str, fingerprint: str) -> dict[str, Any]:
    """What determines the run's result, as plain values; `fingerprint` stands for the data set's content."""
    whole = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(whole, dict)
    chosen = {key: dict(whole[key]) for key in ("dataset", "noise", "model", "loss", "recipe", "scale")}
    if "path" in chosen["noise"]:
        chosen["noise"]["file"] = hashlib.sha256(Path(chosen["noise"]["path"]).read_bytes()).hexdigest()[:16]
    chosen["dataset"]["fingerprint"] = fingerprint
    for node in (chosen["dataset"], chosen["noise"]):
        for key in LOCATIONS:
            node.pop(key, None)
    for key in HERE_ONLY:
        chosen["recipe"].pop(key)
    network = chosen["model"]["_target_"].rsplit(".", 1)[-1].lower()
    named = {**names, "model": network if names["model"] == "recipe" else names["model"]}
    if names["scale"] == "paper" and set(chosen["scale"].values()) != {1.0}:
        named["scale"] = "custom"
    rest = {key: whole[key] for key in ("seed", "holdout", "probe")}
    return {**chosen, **rest, "precision": precision, "names": named}


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
    source, noise = build(config.dataset, "dataset"), build(config.noise, "noise")
    with under("dataset"):
        fingerprint = source.fingerprint()
    return Described(source, noise, runtime, result_config(config, names, runtime.precision, fingerprint))


def prepare(config: DictConfig, names: dict[str, str]) -> Job:
    """Load the data, draw the noise and plan the run; raises UserError for what cannot be run."""
    run = describe_run(config, names)
    key = repr((OmegaConf.to_container(config.dataset, resolve=True), run.result_config["dataset"]["fingerprint"]))
    with under("dataset"):
        full = kept_sources.get(key, run.source.load)
    return make_job(run, config, full)


def make_job(run: Described, config: DictConfig, full: Dataset) -> Job:
    """The run on a share of the data set `full`."""
    dataset = full.subset(config.scale.train_share, config.scale.test_share)
    noisy, validation = run.noise.apply(dataset, config.seed), None
    if config.holdout is not None:
        dataset, noisy, validation = hold_out(dataset, noisy, config.holdout, config.seed)
    label = dataset.class_index(config.probe.label, "probe.label")
    known = (noisy.clean == label) & (noisy.labels == noisy.clean)
    paper_images = len(full.train_labels)
    return Job(
        config=config,
        result_config=run.result_config,
        identity=run.identity,
        dataset=dataset,
        noisy=noisy,
        validation=validation,
        paper_images=paper_images,
        plan=make_plan(config.recipe, config.scale, len(dataset.train_labels), paper_images),
        runtime=run.runtime,
        probe_set=ProbeSet(label, known.nonzero().flatten()),
    )


def make_model(job: Job) -> Classifier:
    """The network with the run's own initial weights, on the CPU."""
    sizes = {"num_classes": job.dataset.num_classes, "image_shape": job.dataset.image_shape}
    model = build(job.config.model, "model", **sizes)
    initialise(model, job.config.recipe.initialisation, generator(job.config.seed, "weights"))
    configure_batchnorm(model, job.config.recipe.bn_eps, job.config.recipe.bn_momentum)
    return model


def make_loss(job: Job) -> Loss:
    """The loss; one that corrects for the noise gets the run's own transition matrix, one that remembers the sizes."""
    sizes = {"num_examples": len(job.noisy.labels), "num_classes": job.dataset.num_classes}
    return build(job.config.loss, "loss", transition=job.noisy.transition, **sizes)


def make_engine(job: Job) -> Engine:
    """An engine with the run's weights and labels: one that this process built before, where it fits."""
    model, loss = make_model(job), make_loss(job)
    model_state = {name: value.clone() for name, value in model.state_dict().items()}
    apply_runtime(job.runtime)

    def key(*parts: str) -> str:
        return json.dumps(canonical({part: job.result_config[part] for part in parts})) + repr(job.runtime)

    # Runs share what lies on the device; which images are held out differs from seed to seed and noise to noise.
    split = ("noise", "seed", "holdout") if job.validation else ()

    def new_engine() -> Engine:
        recipe = OmegaConf.to_object(job.config.recipe)  # plain: reading a value of a DictConfig takes long
        assert isinstance(recipe, RecipeConfig)
        normalisation = recipe.normalisation
        data = kept_data.get(
            key("dataset", "scale", *split) + normalisation,
            lambda: DeviceData(job.dataset, normalisation, job.runtime.device, job.validation),
        )
        return Engine(model, copy.deepcopy(loss), data, recipe, job.plan.batch_size, job.runtime)

    engine = kept_engines.get(key("dataset", "model", "loss", "recipe", "scale", *split), new_engine)
    engine.reset(model_state, loss, job.noisy.labels)
    return engine
