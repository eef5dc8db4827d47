"""The runs of a proposal: one for each seed, and otherwise as the command line says."""

from collections.abc import Sequence
from dataclasses import replace

from sl.options.run import RunConfig
from sl.record.read import read
from sl.say import warn
from sl.search.space import Parameters, with_values
from sl.search.validation import ValidatedRun, validated
from sl.train.run import RunDiverged, train
from sl.workers import TaskResult, run_all

Answer = list[ValidatedRun] | Exception  # a proposal's runs (empty if one diverged), or the error that stopped them


def run_config(config: RunConfig, parameters: Parameters, seed: int) -> RunConfig:
    """`config` with `seed` and with these `parameters` of its loss."""
    of_loss = {option.removeprefix("loss."): value for option, value in parameters.items()}
    return replace(config, seed=seed, loss=with_values(config.loss, of_loss))


def evaluate(config: RunConfig, seeds: Sequence[int], jobs: int, proposals: Sequence[Parameters]) -> list[Answer]:
    """Train every proposal with every seed, `jobs` runs at once; returns one answer for each proposal."""
    runs = [run_config(config, parameters, seed) for parameters in proposals for seed in seeds]
    done = run_all(train_and_validate, runs, jobs)
    return [answer(done[place : place + len(seeds)]) for place in range(0, len(done), len(seeds))]


def answer(outcomes: Sequence[TaskResult]) -> Answer:
    """The answer to a proposal, from the results of its runs; warns of each run that diverged."""
    errors = [outcome.error for outcome in outcomes if outcome.error]
    for error in errors:
        if not isinstance(error, RunDiverged):
            return error
        warn(str(error))
    return [] if errors else [outcome.value for outcome in outcomes]


def train_and_validate(config: RunConfig) -> ValidatedRun:
    """Train the run, or wait for the process that trains it; returns the part of it that a choice may read."""
    return validated(read(train(config, wait=True)))
