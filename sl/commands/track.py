"""Send recorded runs to a tracker: sl track tracker=wandb runs=results/runs/cifar10."""

from sl.options.track import TrackConfig


def main(config: TrackConfig) -> None:
    """Send the runs that `config` selects to its trackers."""
    from sl.replay.command import track  # imports what tables and figures need; --help does without it

    track(config)
