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
    seeds: Any = None
    jobs: int | None = None
    minutes: float | None = None
    plan_only: bool = False
    device: str
    scaled_down: dict[str, list[str]] = field(default_factory=dict)
    overrides: list[str]
    data_dir: str | None = None
    runs_dir: str
    results_dir: str
    strict: bool = False
    names: dict[str, str] = field(default_factory=dict, metadata=NO_OPTION)
