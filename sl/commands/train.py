"""Train one run, or a sweep of runs (-m).

sl train dataset=cifar10 noise=symmetric noise.rate=0.4 loss=sl seed=0
sl train -m dataset=cifar10 loss=ce,sl seed=0,1,2
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sl.options.run import RunConfig
from sl.say import warn


def main(config: RunConfig) -> float | None:
    """Train the run that `config` describes; returns the validation accuracy for a sweeper, None without validation."""
    from sl.record.read import read  # some of these import torch; --help does without it
    from sl.sweep import job
    from sl.tracker.console import summary
    from sl.tracker.run_name import unique_name
    from sl.train.run import train

    run = read(train(config, wait=True))
    job.tell(name=unique_name(run), record=str(run.path.absolute()), text=summary(run, True))
    return None if run.epochs[-1].validation_accuracy is None else run.validation()  # never test accuracy


def points(records: Iterable[Path]) -> Iterator[str]:
    """The lines of a sweep's tables, from the records of its runs; none if packages for tables are missing."""
    try:
        from sl.tables.sweep_end import end_of_sweep
    except ModuleNotFoundError:
        return
    from sl.record.read import read

    try:
        yield from list(end_of_sweep(map(read, records)))
    except Exception as error:  # a failed table must not fail a sweep whose runs are all recorded
        again = "sl sweep_table and sl tables make them again"
        warn(f"the sweep's tables failed ({error!r}); its runs are recorded, and {again}")
