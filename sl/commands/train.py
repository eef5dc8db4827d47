"""Train one run, or a sweep of runs (-m).

sl train dataset=cifar10 noise=symmetric noise.rate=0.4 loss=sl seed=0
sl train -m dataset=cifar10 loss=ce,sl seed=0,1,2
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sl.options.run import RunConfig
from sl.say import warn


def main(config: RunConfig) -> float | None:
    """Train what `config` describes; what a sweeper optimises is its validation accuracy, if it has any."""
    from sl.record.read import read  # what imports torch waits until it is needed: --help does not
    from sl.sweep import job
    from sl.tracker.console import summary
    from sl.tracker.run_name import unique_name
    from sl.train.run import train

    run = read(train(config, wait=True))
    job.tell(name=unique_name(run), record=str(run.path.absolute()), text=summary(run, True))
    return None if run.epochs[-1].validation_accuracy is None else run.validation()  # never test accuracy


def points(records: Iterable[Path]) -> Iterator[str]:
    """The tables of a sweep, from the records of its runs; nothing where what tables need is not installed."""
    try:
        from sl.tables.sweep_end import end_of_sweep
    except ModuleNotFoundError:
        return
    from sl.record.read import read

    try:
        yield from list(end_of_sweep(map(read, records)))
    except Exception as error:  # every run is recorded: no table is worth an error after hours of training
        again = "sl sweep_table and sl tables make them again"
        warn(f"the sweep's tables failed ({error!r}); its runs are recorded, and {again}")
