"""The options of one training run: Hydra composes them (sl/config), everything else reads this object.

The node of a class (`_target_` and its parameters) is a dictionary here; the class itself checks its parameters.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sl.checks import number
from sl.options.recipe import RecipeConfig
from sl.options.runtime import RuntimeConfig


@dataclass
class ScaleConfig:
    """Which share of the images, the epochs, the batch and the network's channels a run uses (1 = the paper's own)."""

    train_share: float
    test_share: float
    epoch_share: float
    batch_share: float
    width_share: float


def check_scale(scale: ScaleConfig) -> None:
    """Raise UserError for a share outside (0, 1]."""
    for name, share in vars(scale).items():
        number(f"scale.{name}", share, 0, 1, low_open=True)


@dataclass
class ProbeConfig:
    """The class that a run's probes look at (number, name or null), and how many test representations to keep."""

    label: Any
    representations: int


OWN_DATA = "folder"  # the choice of data set for the user's own pictures; its networks are kept by default
NO_OPTION = {"omegaconf_ignore": True}  # for a field that is no option: it says how a configuration was made


@dataclass(kw_only=True)
class RunConfig:
    """The options of one training run.

    `names` holds the names of the choices (dataset, noise, model, loss, recipe, scale), `overrides` the command line.
    """

    CHOICES: ClassVar = ("dataset", "noise", "model", "loss", "recipe", "scale")

    dataset: Any
    noise: Any
    model: Any
    loss: Any
    recipe: RecipeConfig
    scale: ScaleConfig
    runtime: RuntimeConfig
    probe: ProbeConfig
    tracker: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    seed: int
    holdout: float | None
    fold: str | None
    save: bool | None
    allow_targets: list[str]
    data_dir: str
    runs_dir: str
    checkpoints_dir: str
    models_dir: str
    names: dict[str, str] = field(default_factory=dict, metadata=NO_OPTION)
    overrides: list[str] = field(default_factory=list, metadata=NO_OPTION)

    def check(self) -> None:
        """Raise UserError for values that a command does not take; commands override it, a run checks nothing here."""
