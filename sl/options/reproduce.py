"""The options of a reproduction; configs/reproduce.yaml says what each means."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sl.options.run import NO_OPTION


@dataclass(kw_only=True)
class ReproduceConfig:
    """The options of one reproduction; `names` holds the names of the chosen experiment and scale."""

    CHOICES: ClassVar = ("experiment", "scale")

    experiment: Any
    scale: Any = None  # stays empty for scale=auto, which is no file
    seeds: Any
    jobs: int | None
    minutes: float | None
    plan_only: bool
    device: str
    scaled_down: dict[str, list[str]]
    overrides: list[str]
    data_dir: str | None
    runs_dir: str
    results_dir: str
    strict: bool
    names: dict[str, str] = field(default_factory=dict, metadata=NO_OPTION)
