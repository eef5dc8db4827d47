"""Puts a prepared run's network, loss and data together in an engine."""

import copy
import json

from omegaconf import OmegaConf

from sl.config.build import build
from sl.config.schema import RecipeConfig
from sl.models.classifier import Classifier, drawn_part
from sl.recipes import configure_batchnorm, initialise
from sl.record.identity import canonical
from sl.train.device import apply_runtime
from sl.train.device_data import DeviceData
from sl.train.engine import Engine
from sl.train.kept import Kept
from sl.train.kernels import warn_of_slow_kernels
from sl.train.prepare import Job
from sl.train.run_loss import make_loss
from sl.train.seeds import generator

kept_engines: Kept[Engine] = Kept(limit=8)
kept_data: Kept[DeviceData] = Kept(limit=2)


def make_model(job: Job) -> Classifier:
    """The network with the run's own initial weights, on the CPU."""
    sizes = {"num_classes": job.dataset.num_classes, "image_shape": job.dataset.image_shape}
    width = job.config.scale.width_share
    model = build(job.config.model, "model", job.config.allow_targets, width=width, **sizes)
    recipe, drawn = job.config.recipe, drawn_part(model)
    initialise(drawn, recipe.initialisation, generator(job.config.seed, "weights"))
    configure_batchnorm(drawn, recipe.bn_eps, recipe.bn_momentum, recipe.bn_zero_debias)
    return model


def make_engine(job: Job) -> Engine:
    """An engine with the run's weights and labels: one that this process built before, where it fits."""
    model, loss = make_model(job), make_loss(job.config.loss, job.dataset, job.noisy, job.config.allow_targets)
    model_state = {name: value.clone() for name, value in model.state_dict().items()}
    apply_runtime(job.runtime)
    warn_of_slow_kernels(job.runtime)

    def key(*parts: str) -> str:
        return json.dumps(canonical({part: job.result_config.get(part) for part in parts})) + repr(job.runtime)

    # Runs share what lies on the device; which images are held out differs from seed to seed and noise to noise.
    split = ("noise", "seed", "holdout", "fold") if job.validation else ()

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
    engine.reset(model_state, loss, job.noisy)
    return engine
