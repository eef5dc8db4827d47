"""Tell recorded runs to a tracker: sl track tracker=wandb runs=results/runs/cifar10."""

from sl.config.app import run_app


def run() -> None:
    """Begin with what the command line says."""
    from sl.replay.command import track

    run_app(track, "track")
