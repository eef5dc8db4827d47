"""Which runs an experiment needs, and which of them are recorded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sl.config.compose import compose_run, hydra_ready
from sl.record.identity import canonical_text, identity
from sl.record.read import State, record_state
from sl.reproduce.experiment import Overrides
from sl.train.described import Described, describe_run
from sl.train.device import find_device


@dataclass(frozen=True)
class PlannedRun:
    """A run of an experiment; `cell` describes the first run that is planned with the same options except the seed."""

    wanted: Overrides
    common: Overrides
    cell: Described
    identity: str
    record: Path

    @property
    def overrides(self) -> Overrides:
        """The overrides of the run, as for ``sl train``."""
        return (*self.wanted, *self.common)

    @property
    def done(self) -> bool:
        """Whether its record is complete."""
        return self.state == "complete"

    @property
    def ended(self) -> bool:
        """Whether nothing is left to train: it is complete or has diverged."""
        return self.state in ("complete", "diverged")

    @property
    def state(self) -> State:
        """The current state of its record, which is read on each access."""
        return record_state(self.record)

    @property
    def cost_key(self) -> str:
        """A key that is equal for runs that take about the same time."""
        return cost_key(self.cell.result_config)


def plan_runs(
    wanted: Iterable[Overrides], common: Sequence[str], tell: Callable[[PlannedRun], None] = lambda run: None
) -> list[PlannedRun]:
    """The runs in the order of `wanted`, each once even if several figures need it.

    The `common` overrides (the scale, the folders) hold for all runs. `tell` gets each run as soon as it is known:
    composing takes a tenth of a second for every cell. Raises UserError for a run that cannot be composed.
    """
    planned: dict[str, PlannedRun] = {}
    cells: dict[Overrides, Described] = {}
    with hydra_ready():
        for overrides in wanted:
            cell = tuple(override for override in overrides if not override.startswith("seed="))
            if cell not in cells:
                cells[cell] = describe_run(compose_run((*overrides, *common)))
            run = cells[cell]
            name = identity({**run.result_config, "seed": seed_of(overrides, run.config.seed)})
            if name not in planned:
                planned[name] = PlannedRun(overrides, tuple(common), run, name, run.record.with_stem(name))
                tell(planned[name])
    return list(planned.values())


def decided_scale(scale: str, device: str) -> str:
    """`scale`; for auto the paper's on a GPU and cpu without one. UserError where this machine lacks the `device`."""
    if scale != "auto":
        return scale
    return "paper" if find_device(device).type == "cuda" else "cpu"


def cost_key(config: Mapping[str, Any]) -> str:
    """A key of the values in `config` that a run's time depends on: all but noise, loss, seed, probe and names."""
    free = ("noise", "loss", "seed", "probe", "names")
    return canonical_text({key: value for key, value in config.items() if key not in free})


def seed_of(overrides: Overrides, otherwise: int) -> int:
    """The seed that `overrides` ask for, or `otherwise` if they name none."""
    given = [override.removeprefix("seed=") for override in overrides if override.startswith("seed=")]
    return int(given[-1]) if given else otherwise
