"""Checks every value of a sweep before its first job starts, whoever runs the jobs."""

from collections.abc import Iterator, Sequence
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sl.config.compose import compose_run
from sl.config.messages import as_typed
from sl.errors import UserError, fail


class CheckSweep(Callback):
    """Called by Hydra (configs/config.yaml): a mistake ends the sweep before it has begun."""

    def on_multirun_start(self, config: DictConfig, config_name: str = "config", **_: Any) -> None:
        """Compose and check what the command line asks for, one value at a time."""
        for overrides in single_changes(config.hydra.overrides.task):
            try:
                compose_run(overrides, config_name)
            except UserError as error:
                fail(str(as_typed(error, overrides)))


def single_changes(typed: Sequence[str]) -> Iterator[list[str]]:
    """The sweep's first job, and the jobs that differ from it in one value: together they have each value.

    They are as many as there are values, where the jobs are as many as combinations.
    """
    swept = []
    for override in OverridesParser.create(GlobalHydra.instance().config_loader()).parse_overrides(list(typed)):
        if not override.is_sweep_override():
            swept.append([override.input_line or ""])
        elif override.is_discrete_sweep():
            swept.append([f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()])
        else:
            return  # an interval is for sweepers that decide as they go what to try
    first = [values[0] for values in swept]
    yield first
    for place, values in enumerate(swept):
        for value in values[1:]:
            yield [*first[:place], value, *first[place + 1 :]]
