"""The types of a run's configuration: Hydra refuses what does not fit them.

Nodes that name a class (`_target_`) stay open here; their values are checked by that class's constructor.
"""

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from sl.config.hydra_targets import check_what_hydra_composes


@dataclass
class SlParameters:
    """alpha, beta and A (`log_zero`) of the SL loss that belong to a recipe and data set."""

    alpha: float = MISSING
    beta: float = MISSING
    log_zero: float = MISSING


@dataclass
class RecipeConfig:
    """How a network is trained; every value's meaning and origin stands in configs/recipe."""

    model: str = MISSING
    epochs: int = MISSING
    batch_size: int = MISSING
    lr: float = MISSING
    schedule: str = MISSING
    milestones: list[int] = MISSING
    gamma: float = MISSING
    lr_decay: float = MISSING
    momentum: float = MISSING
    momentum_form: str = MISSING
    nesterov: bool = MISSING
    weight_decay: float = MISSING
    decay_on: str = MISSING
    clip_norm: float | None = MISSING
    head_lr_factor: float | None = None
    initialisation: str = MISSING
    bn_eps: float = MISSING
    bn_momentum: float = MISSING
    bn_zero_debias: bool = MISSING
    p_min: float = MISSING
    normalisation: str = MISSING
    shift: float = MISSING
    crop_padding: int = MISSING
    flip: bool = MISSING
    rotation: float = MISSING
    sl: SlParameters = field(default_factory=SlParameters)


@dataclass
class ScaleConfig:
    """Which share of the images, the epochs, the batch and the network's channels a run uses (1 = the paper's own)."""

    train_share: float = MISSING
    test_share: float = MISSING
    epoch_share: float = MISSING
    batch_share: float = MISSING
    width_share: float = MISSING


@dataclass
class RuntimeConfig:
    """Where and how a run is computed; none of it belongs to the run's identity but the precision."""

    device: str = MISSING
    precision: str = MISSING
    step: str = MISSING
    deterministic: bool = MISSING
    threads: int | None = MISSING


@dataclass
class ProbeConfig:
    """What is looked at more closely: one class (number, name or null), and how many test representations to keep."""

    label: Any = None
    representations: int = 0


@dataclass
class RunConfig:
    """One training run."""

    dataset: Any = MISSING
    noise: Any = MISSING
    model: Any = MISSING
    loss: Any = MISSING
    recipe: RecipeConfig = field(default_factory=RecipeConfig)
    scale: ScaleConfig = field(default_factory=ScaleConfig)
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)
    probe: ProbeConfig = field(default_factory=ProbeConfig)
    tracker: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    holdout: float | None = None
    fold: str | None = None
    save: bool | None = None
    allow_targets: list[str] = field(default_factory=list)
    data_dir: str = MISSING
    runs_dir: str = MISSING
    checkpoints_dir: str = MISSING
    models_dir: str = MISSING


@dataclass
class SearchOptions:
    """What a search has besides its runs: configs/search.yaml says what each value means."""

    ranges: dict[str, Any] = field(default_factory=dict)
    trials: int = MISSING
    seeds: int = MISSING
    jobs: int | None = None
    name: str | None = None
    storage: str = MISSING


@dataclass
class SearchConfig(RunConfig):
    """A search for a loss's parameters, on the run that all else describes."""

    search: SearchOptions = field(default_factory=SearchOptions)
    results_dir: str = MISSING


@dataclass
class AuditConfig(RunConfig):
    """An audit of labels by the run that all else describes: configs/audit.yaml says what each value means."""

    folds: int = MISSING
    expected_precision: float = MISSING
    sheet: int = MISSING
    jobs: int | None = None
    out: str | None = None
    results_dir: str = MISSING


@dataclass
class ReproduceConfig:
    """One reproduction: configs/reproduce.yaml says what each value means."""

    experiment: Any = MISSING
    scale: Any = None  # stays empty for scale=auto, which is no file
    seeds: Any = None
    jobs: int | None = None
    plan_only: bool = False
    device: str = MISSING
    scaled_down: dict[str, list[str]] = field(default_factory=dict)
    overrides: list[str] = MISSING
    data_dir: str = MISSING
    runs_dir: str = MISSING
    results_dir: str = MISSING


@dataclass
class TrackConfig:
    """A replay of recorded runs: configs/track.yaml says what each value means."""

    tracker: dict[str, Any] = field(default_factory=dict)
    runs: str = MISSING
    figures: bool = True
    allow_targets: list[str] = field(default_factory=list)


def register() -> None:
    """Make the schemas known to Hydra, as what the files in configs/ build on."""
    check_what_hydra_composes()
    ConfigStore.instance().store(name="base_run", node=RunConfig)
    ConfigStore.instance().store(name="base_search", node=SearchConfig)
    ConfigStore.instance().store(name="base_track", node=TrackConfig)
    ConfigStore.instance().store(name="base_audit", node=AuditConfig)
    ConfigStore.instance().store(name="base_reproduce", node=ReproduceConfig)
