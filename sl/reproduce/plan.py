"""Which runs are needed, which are done, and how long the rest takes on this machine."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from sl.config.compose import compose_run, hydra_ready
from sl.record.write import is_complete, record_path
from sl.reproduce.experiment import Overrides, sharing
from sl.train.describe import describe_run


@dataclass(frozen=True)
class PlannedRun:
    """A run of an experiment."""

    wanted: Overrides
    common: Overrides
    names: dict[str, str]
    config: DictConfig
    identity: str
    record: Path

    @property
    def overrides(self) -> Overrides:
        """The run as one would give it to ``scripts/train.py``."""
        return (*self.wanted, *self.common)

    @property
    def done(self) -> bool:
        """Whether its record is complete."""
        return is_complete(self.record)

    @property
    def cost_key(self) -> tuple[str, ...]:
        """Runs that agree in this take the same time, near enough."""
        return tuple(self.names[name] for name in ("dataset", "model", "recipe", "scale"))


def make_plan(wanted: Iterable[Overrides], common: Sequence[str]) -> list[PlannedRun]:
    """The runs, each once although several figures may need it, in the order of `wanted`.

    `common` overrides (the scale, the folders) hold for all. Raises UserError for a run that cannot be composed.
    """
    planned: dict[str, PlannedRun] = {}
    with hydra_ready():
        for overrides in wanted:
            config, names = compose_run((*overrides, *common))
            described = describe_run(config, names)
            path = record_path(Path(config.runs_dir), names["dataset"], described.identity)
            run = PlannedRun(
                overrides, tuple(common), described.result_config["names"], config, described.identity, path
            )
            planned.setdefault(described.identity, run)
    return list(planned.values())


def listing(plan: Sequence[PlannedRun], seconds: dict[tuple[str, ...], float], jobs: int) -> list[str]:
    """The plan in lines: every run with its state and its time, then the sum with `jobs` runs at once.

    Last, how many of the runs each experiment needs: those that several share are trained once.
    """
    lines = [f"all with {' '.join(plan[0].common)}"]
    for number, run in enumerate(plan, 1):
        state = "done" if run.done else f"{seconds[run.cost_key] / 60:6.1f} min"
        lines.append(f"{number:4d}  {state:>10}  {run.identity}  {' '.join(run.wanted)}")
    todo = [run for run in plan if not run.done]
    total = sum(seconds[run.cost_key] for run in todo) / jobs
    counts = Counter(run.done for run in plan)
    lines.append(
        f"{counts[True]} of {len(plan)} runs are done; {counts[False]} to train, "
        f"about {total / 3600:.1f} h with {jobs} at once"
    )
    shared = ", ".join(f"{name} {count}" for name, count in sharing(run.wanted for run in plan).items())
    return [*lines, *([f"of these runs, experiments need: {shared}"] if shared else [])]
