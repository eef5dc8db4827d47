"""Train one run, or a sweep of runs (-m).

sl train dataset=cifar10 noise=symmetric noise.rate=0.4 loss=sl seed=0
sl train -m dataset=cifar10 loss=ce,sl seed=0,1,2
"""

from sl.train.options import RunConfig


def main(config: RunConfig) -> float | None:
    """Train what `config` describes; what a sweeper optimises is its validation accuracy, if it has any."""
    from sl.record.read import read  # what imports torch waits until it is needed: --help does not
    from sl.sweep import job
    from sl.tracker.console import summary
    from sl.tracker.run_so_far import unique_name
    from sl.train.run import train_when_free

    run = read(train_when_free(config))
    job.tell(name=unique_name(run), record=str(run.path.absolute()), text=summary(run, True))
    return run.validation() if run.holdout else None  # never test accuracy
