"""The options of a recipe and the values they take; configs/recipe says what each means and where it comes from."""

from dataclasses import dataclass

from sl.checks import integer, number, one_of
from sl.errors import UserError

INITIALISATIONS = ("he_normal", "he_uniform", "torch")
NORMALISATIONS = ("pixel_mean", "channel", "none")


@dataclass
class SlParameters:
    """alpha, beta and A (`log_zero`) of the SL loss that belong to a recipe and data set."""

    alpha: float
    beta: float
    log_zero: float


@dataclass(kw_only=True)
class RecipeConfig:
    """How a network is trained."""

    model: str
    epochs: int
    batch_size: int
    lr: float
    schedule: str
    milestones: list[int]
    gamma: float
    lr_decay: float
    momentum: float
    momentum_form: str
    nesterov: bool
    weight_decay: float
    decay_on: str
    clip_norm: float | None
    head_lr_factor: float | None = None
    initialisation: str
    bn_eps: float
    bn_momentum: float
    bn_zero_debias: bool
    p_min: float
    normalisation: str
    shift: float
    crop_padding: int
    flip: bool
    rotation: float
    sl: SlParameters


def check_recipe(recipe: RecipeConfig) -> None:
    """Raise UserError for the first value of a recipe that is out of its range."""
    integer("recipe.epochs", recipe.epochs, 1)
    integer("recipe.batch_size", recipe.batch_size, 2)  # batch normalisation needs two
    integer("recipe.crop_padding", recipe.crop_padding, 0)
    number("recipe.lr", recipe.lr, 0, low_open=True)
    number("recipe.gamma", recipe.gamma, 0, 1, low_open=True)
    number("recipe.momentum", recipe.momentum, 0, 1, high_open=True)
    number("recipe.bn_eps", recipe.bn_eps, 0, low_open=True)
    number("recipe.bn_momentum", recipe.bn_momentum, 0, 1, low_open=True)
    number("recipe.p_min", recipe.p_min, 0, 1, high_open=True)
    number("recipe.shift", recipe.shift, 0, 1, high_open=True)
    number("recipe.rotation", recipe.rotation, 0, 180)
    for name in ("lr_decay", "weight_decay"):
        number(f"recipe.{name}", getattr(recipe, name), 0)
    if recipe.clip_norm is not None:
        number("recipe.clip_norm", recipe.clip_norm, 0, low_open=True)
    if recipe.head_lr_factor is not None:
        number("recipe.head_lr_factor", recipe.head_lr_factor, 0, low_open=True)
    one_of("recipe.schedule", recipe.schedule, ("steps", "cosine"))
    one_of("recipe.momentum_form", recipe.momentum_form, ("keras", "torch"))
    one_of("recipe.decay_on", recipe.decay_on, ("fc1", "kernels", "all", "none"))
    one_of("recipe.initialisation", recipe.initialisation, INITIALISATIONS)
    one_of("recipe.normalisation", recipe.normalisation, NORMALISATIONS)
    number("recipe.sl.alpha", recipe.sl.alpha, 0)
    number("recipe.sl.beta", recipe.sl.beta, 0)
    number("recipe.sl.log_zero", recipe.sl.log_zero, high=0, high_open=True)
    milestones = list(recipe.milestones)
    if milestones != sorted(set(milestones)) or any(epoch < 1 for epoch in milestones):
        raise UserError("recipe.milestones", milestones, "must be epochs of at least 1 in ascending order")
    if recipe.nesterov and recipe.momentum_form == "keras":
        raise UserError("recipe.nesterov", "true", "must be false unless recipe.momentum_form is torch")
