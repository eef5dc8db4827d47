"""Trains an experiment into a folder of its own, away from the records of the figures and tables."""

from collections.abc import Sequence
from pathlib import Path

from sl.config.overrides import override
from sl.reproduce import experiment
from sl.reproduce.execute import execute
from sl.reproduce.plan import decided_scale, plan_runs
from sl.say import warn
from sl.train.jobs import choose_jobs


def train_experiment(
    name: str, runs_dir: Path, jobs: int | None, scale: str = "auto", seeds: Sequence[int] | None = None
) -> list[str]:
    """Train the runs of the experiment `name` that `runs_dir` lacks; returns, and prints, a line for each failed run.

    Scale auto is paper on a GPU and cpu without one, as in sl reproduce.
    """
    scale = decided_scale(scale, "auto")
    jobs = choose_jobs(jobs, "auto")
    plan = plan_runs(experiment.runs(name, seeds), [f"scale={scale}", override("runs_dir", runs_dir)])
    failures = execute([run for run in plan if not run.done], jobs)
    for failure in failures:
        warn(f"failed: {failure}")
    return failures
