"""The options of a replay of recorded runs; configs/track.yaml says what each means."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class TrackConfig:
    """The options of `sl track`."""

    tracker: dict[str, Any] = field(default_factory=dict)
    runs: str
    figures: bool
    strict: bool
    allow_targets: list[str]
