"""The options of a search for a loss's parameters; configs/search.yaml says what each means."""

from dataclasses import dataclass, field
from typing import Any

from sl.options.run import RunConfig


@dataclass(kw_only=True)
class SearchOptions:
    """The options of the search itself, besides those of its runs."""

    ranges: dict[str, Any] = field(default_factory=dict)
    trials: int
    seeds: int
    jobs: int | None
    name: str | None
    storage: str


@dataclass(kw_only=True)
class SearchConfig(RunConfig):
    """The options of a search: those of the runs that it trains, and its own."""

    search: SearchOptions
    results_dir: str
