"""The network that a run begins with."""

from sl.config.build import build, is_own
from sl.data import Dataset
from sl.models.classifier import Classifier, initialised_part
from sl.options.run import RunConfig
from sl.recipes.batchnorm import configure_batchnorm
from sl.recipes.initialise import initialise
from sl.train.check_parts import check_logits
from sl.train.seeds import generator


def make_model(config: RunConfig, dataset: Dataset) -> Classifier:
    """The network for `dataset`, on the CPU, with the run's initial weights; UserError if it does not fit the data."""
    sizes = {"num_classes": dataset.num_classes, "image_shape": dataset.image_shape}
    model = build(config.model, "model", config.allow_targets, width=config.scale.width_share, **sizes)
    recipe, part = config.recipe, initialised_part(model)
    initialise(part, recipe.initialisation, generator(config.seed, "weights"))
    configure_batchnorm(part, recipe.bn_eps, recipe.bn_momentum, recipe.bn_zero_debias)
    if not is_own(config.model):
        check_logits(model, dataset.num_classes, dataset.image_shape)
    return model
