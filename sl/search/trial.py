"""The runs of a proposal: one for each seed, all else as the command line has it."""

import copy
from collections.abc import Sequence

from joblib import Parallel, delayed
from omegaconf import DictConfig, OmegaConf

from sl.record.read import read
from sl.search.study import Parameters
from sl.search.validation import ValidatedRun, validated
from sl.train.run import train


def run_config(config: DictConfig, parameters: Parameters, seed: int) -> DictConfig:
    """The run of `config` with these options and this seed."""
    run = copy.deepcopy(config)
    run.seed = seed
    for option, value in parameters.items():
        OmegaConf.update(run, option, value)
    return run


def evaluate(
    config: DictConfig, names: dict[str, str], seeds: Sequence[int], jobs: int, proposals: Sequence[Parameters]
) -> list[list[ValidatedRun]]:
    """Train every proposal with every seed, `jobs` runs at once; the runs of each proposal."""
    runs = [run_config(config, parameters, seed) for parameters in proposals for seed in seeds]
    if jobs == 1:
        done = [train_and_validate(run, names) for run in runs]
    else:
        done = Parallel(n_jobs=jobs, batch_size=1)(delayed(train_and_validate)(run, names) for run in runs)
    return [done[place : place + len(seeds)] for place in range(0, len(done), len(seeds))]


def train_and_validate(config: DictConfig, names: dict[str, str]) -> ValidatedRun:
    """Train the run unless it is there, and keep what a choice may know of it."""
    return validated(read(train(config, names)))
