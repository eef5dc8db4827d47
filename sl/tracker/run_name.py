"""Short names for runs, recorded or in progress, as lists of runs show them."""

import os
import re

from sl.config.flat import flat
from sl.config.stated import equal, stated_parameters, unlike_stated
from sl.record.run import Run
from sl.sweep.job import VARIED

SHORT_NOISE = {"none": "clean", "symmetric": "sym", "asymmetric": "asym"}
IN_EVERY_NAME = ("dataset", "noise", "noise.rate", "loss", "seed")
CALLED_BY_NAME = ("model", "recipe", "scale")  # choices that a sweep varies as a whole


def data_and_noise(run: Run) -> str:
    """Data set and noise, which runs that may be compared share, such as cifar10-sym0.4."""
    noise = run.noise
    kind = SHORT_NOISE.get(noise.kind, noise.kind) + (f"{noise.rate:g}" if noise.rate else "")
    return _joined(run.name("dataset"), kind, re.sub(r" (?=-?[\d.])", "", noise.detail))  # std0.1, as a loss's alpha0.1


def method_name(run: Run) -> str:
    """The loss, the options that a sweep varies and the other `changed` ones, such as sl-alpha0.01-beta1."""
    varied = os.environ.get(VARIED, "").split()
    return _joined(run.name("loss"), *(_word(run, option) for option in dict.fromkeys([*varied, *changed(run)])))


def short_name(run: Run) -> str:
    """Data set, noise, loss, options and seed, such as cifar10-sym0.4-sl-alpha0.01-s0."""
    return f"{data_and_noise(run)}-{method_name(run)}-s{run.seed}"


def unique_name(run: Run) -> str:
    """`short_name` and four digits of the run's identity, because several runs can have the same short name."""
    return f"{short_name(run)} {run.identity[:4]}"


def changed(run: Run) -> list[str]:
    """The dotted names of the options whose values differ from those in configs/; holdout and fold too, if set.

    For a recipe that is not in configs/, the recipe's options that were typed count as changed. A parameter of the loss
    that only the run or only configs/ has, as in records of older versions, does not count.
    """
    dataset, recipe, loss = (run.name(choice) for choice in ("dataset", "recipe", "loss"))
    held_out = [option for option in ("holdout", "fold") if getattr(run.config, option) is not None]
    known = dict(flat(stated_parameters(dataset, recipe, loss)))
    of_loss = [key for key, value in flat(run.config.loss) if key in known and not equal(value, known[key])]
    of_recipe = [*unlike_stated(dataset, recipe, run.config.recipe), *run.header.recipe_typed]
    return [*held_out, *(f"loss.{key}" for key in of_loss), *(f"recipe.{key}" for key in of_recipe)]


def _word(run: Run, option: str) -> str:
    """The part of a name for `option`, such as `alpha0.01` for loss.alpha.

    It is empty if the record has no value of the option, or every name contains it already.
    """
    if option in IN_EVERY_NAME:
        return ""
    if option in CALLED_BY_NAME:
        return run.name(option)
    value = dict(flat(run.config.plain())).get(option)
    if value is None:
        return ""
    return option.rpartition(".")[2] + (f"{value:.4g}" if isinstance(value, float) else str(value))


def _joined(*parts: str) -> str:
    return "-".join(re.sub(r"[^\w.+-]+", "-", part).strip("-") for part in parts if part)
