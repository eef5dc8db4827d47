"""Hydra callbacks for sweeps: check all values before the first job starts, and let the jobs report progress."""

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

from sl.config.compose import compose_config
from sl.config.config_dir import command_words
from sl.config.messages import as_typed
from sl.config.overrides import swept
from sl.errors import UserError, fail
from sl.files import writing
from sl.sweep import job, watch


class CheckSweep(Callback):
    """A callback (configs/config.yaml) for all launchers: a mistake of the user ends the sweep before its first job."""

    def on_multirun_start(self, config: DictConfig, config_name: str = "config", **_: Any) -> None:
        """Compose and check each value of the sweep once (`single_changes`), and begin to watch the jobs."""
        try:
            changes = list(single_changes(config.hydra.overrides.task))
        except UserError as error:  # Hydra only warns if a callback raises
            fail(str(error))
        for overrides in changes:
            try:
                compose_config(overrides, config_name)
            except UserError as error:
                fail(str(in_its_job(as_typed(error, overrides), overrides, config.hydra.overrides.task)))
        if config.hydra.launcher._target_.endswith(".JoblibLauncher"):
            from sl.config.in_processes import take_joblibs_place

            take_joblibs_place()
        values = swept(config.hydra.overrides.task)
        varied = [each[0].partition("=")[0].lstrip("+") for each in values or [] if len(each) > 1]
        jobs = None if values is None else prod(map(len, values))
        command = "train" if config_name == "config" else config_name  # other commands have the name of their file
        folder = Path(config.hydra.sweep.dir)
        try:
            with writing(folder, "hydra.sweep.dir"):
                watch.begin(folder, jobs, varied, command_words(command))
        except UserError as error:
            fail(str(error))

    def on_job_start(self, config: DictConfig, **_: Any) -> None:
        """Report to the command that the job has begun; called where the job runs."""
        if config.hydra.mode == RunMode.MULTIRUN:
            job.begin(config.hydra.job.num, list(config.hydra.overrides.task))

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Report to the command how the job ended."""
        failed = job_return.status == JobStatus.FAILED
        job.end(in_a_line(job_return._return_value) if failed else None)


def in_its_job(error: UserError, job: Sequence[str], typed: Sequence[str]) -> UserError:
    """`error` of one `job` of the sweep `typed`, with the swept choice to which the refused option belongs."""
    group, _, option = (error.option or "").partition(".")
    for override in job:
        if option and override.partition("=")[0] == group and override not in typed:
            return UserError(f"{group}.{option}", error.value, f"{error.rule}; refused for {override}")
    return error


def in_a_line(error: BaseException) -> str:
    """Why a job failed, in one line: the message of a user's mistake, or the exception of a bug."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[0] if isinstance(error, UserError) else f"a bug: {lines[-2 if len(lines) > 1 else -1]}"


def single_changes(typed: Sequence[str]) -> Iterator[list[str]]:
    """The overrides of the sweep's first job, and of the jobs that differ from it in one value.

    They cover each value; all combinations would be many more. There are none if a sweeper chooses the values.
    """
    values = swept(typed)
    if values is None:
        return
    first = [each[0] for each in values]
    yield first
    for place, each in enumerate(values):
        for value in each[1:]:
            yield [*first[:place], value, *first[place + 1 :]]
