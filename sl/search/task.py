"""The task of a search: everything that stays fixed while the search runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sl.checks import integer
from sl.config.check import check_run
from sl.config.flat import flat
from sl.errors import UserError
from sl.options.search import SearchConfig
from sl.record.identity import identity
from sl.search.space import Parameters, Range, search_space
from sl.search.trial import run_config
from sl.train.described import describe_run

MOST_SEEDS = 1000  # per proposal; every seed is a run


@dataclass(frozen=True)
class Task:
    """A search on the run `config`, with the names of its choices; the hash `study` identifies the search."""

    config: SearchConfig
    names: dict[str, str]
    space: tuple[Range, ...]
    seeds: tuple[int, ...]
    study: str

    @property
    def first(self) -> Parameters:
        """The values that the searched parameters have without a search, by option."""
        values = dict(flat(self.config.loss))
        given = {known: values[known.path] for known in self.space}
        return {known.option: int(value) if known.whole else float(value) for known, value in given.items()}

    @property
    def file(self) -> Path:
        """The path of the file to which the outcome is written."""
        choices = "_".join(self.names[choice] for choice in ("dataset", "noise", "loss"))
        return Path(self.config.results_dir) / f"{self.config.search.name or f'{choices}_{self.study[:8]}'}.json"

    def searched(self) -> dict[str, Any]:
        """What is searched, for the outcome: the names of the choices, holdout, seeds and ranges."""
        ranges = {known.option: {"low": known.low, "high": known.high, "log": known.log} for known in self.space}
        return {"names": self.names, "holdout": self.config.holdout, "seeds": list(self.seeds), "ranges": ranges}


def make_task(config: SearchConfig) -> Task:
    """The task for `config` (configs/search.yaml); UserError for a configuration that cannot be searched."""
    if config.holdout is None:
        raise UserError("holdout", "null", "must be a number in (0, 1): a search uses held-out labels only")
    name = config.search.name
    if name and Path(name).name != name:
        raise UserError("search.name", name, "must be the name of a file in results_dir, without a folder")
    count, space = integer("search.seeds", config.search.seeds, 1, MOST_SEEDS), tuple(search_space(config))
    check_run(run_config(config, {known.option: known.high for known in space}, config.seed))
    lowest = run_config(config, {known.option: known.low for known in space}, config.seed)
    check_run(lowest)
    described = describe_run(lowest)  # the study's name must not depend on the searched values
    seeds = tuple(range(config.seed, config.seed + count))
    ranges = [[known.option, known.low, known.high, known.log] for known in space]
    study = identity({"run": described.identity, "seeds": seeds, "ranges": ranges})
    return Task(config, described.names, space, seeds, study)
