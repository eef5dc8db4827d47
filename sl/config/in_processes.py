"""Runs the jobs of `hydra/launcher=joblib` so that a killed process loses only its own run.

Joblib itself ends all jobs when the system kills one of its processes, for instance because memory ran out.
"""

from collections.abc import Callable, Iterable
from typing import Any

import cloudpickle
import joblib
from hydra.core.utils import JobReturn, JobStatus
from hydra_plugins.hydra_joblib_launcher import _core
from hydra_plugins.hydra_joblib_launcher.config import JobLibLauncherConf

from sl.config.guard import Crash
from sl.errors import UserError
from sl.workers import Lost, run_all

Call = tuple[Callable[..., JobReturn], tuple[Any, ...], dict[str, Any]]  # what joblib.delayed(function)(...) returns


def take_joblibs_place() -> None:
    """Make Hydra's joblib launcher use `InProcesses` instead of `joblib.Parallel`."""
    _core.Parallel = InProcesses


class InProcesses:
    """Runs delayed calls of Hydra's `execute_job` in `n_jobs` processes, -1 for one per core."""

    def __init__(self, n_jobs: int, backend: str, **others: Any) -> None:
        for name, value in others.items():
            if value != getattr(JobLibLauncherConf, name):
                raise UserError(f"hydra.launcher.{name}", value, "must not be given: only n_jobs can be chosen")
        self.jobs = joblib.effective_n_jobs(n_jobs)

    def __call__(self, calls: Iterable[Call]) -> list[JobReturn]:
        """The result of each job, in order; a job whose process was killed has failed."""
        calls = list(calls)
        outcomes = run_all(execute, [cloudpickle.dumps(call) for call in calls], self.jobs)
        jobs = []
        for (_, (_, overrides, *_), _), outcome in zip(calls, outcomes, strict=True):
            if isinstance(outcome.error, Lost):
                job = JobReturn(overrides=overrides, status=JobStatus.FAILED)
                job.return_value = Crash(f"sl: the run {' '.join(overrides)} was not finished: {outcome.error}\n")
            elif outcome.error:
                raise outcome.error
            else:
                job = cloudpickle.loads(outcome.value)
            jobs.append(job)
        return jobs


def execute(pickled: bytes) -> bytes:
    """Call the pickled function with its arguments; returns the pickled result."""
    call, arguments, options = cloudpickle.loads(pickled)
    return cloudpickle.dumps(call(*arguments, **options))
