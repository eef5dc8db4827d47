"""The runs of a proposal: one for each seed, all else as the command line has it."""

from collections.abc import Sequence
from dataclasses import replace

from joblib import Parallel, delayed

from sl.record.read import read
from sl.search.space import with_values
from sl.search.study import Parameters
from sl.search.validation import ValidatedRun, validated
from sl.train.options import RunConfig
from sl.train.run import train


def run_config(config: RunConfig, parameters: Parameters, seed: int) -> RunConfig:
    """The run of `config` with these options of its loss and this seed."""
    of_loss = {option.removeprefix("loss."): value for option, value in parameters.items()}
    return replace(config, seed=seed, loss=with_values(config.loss, of_loss))


def evaluate(
    config: RunConfig, seeds: Sequence[int], jobs: int, proposals: Sequence[Parameters]
) -> list[list[ValidatedRun]]:
    """Train every proposal with every seed, `jobs` runs at once; the runs of each proposal."""
    runs = [run_config(config, parameters, seed) for parameters in proposals for seed in seeds]
    if jobs == 1:
        done = [train_and_validate(run) for run in runs]
    else:
        done = Parallel(n_jobs=jobs, batch_size=1)(delayed(train_and_validate)(run) for run in runs)
    return [done[place : place + len(seeds)] for place in range(0, len(done), len(seeds))]


def train_and_validate(config: RunConfig) -> ValidatedRun:
    """Train the run unless it is there, and keep what a choice may know of it."""
    return validated(read(train(config)))
