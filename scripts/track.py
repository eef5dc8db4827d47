"""Tell recorded runs to a tracker: python scripts/track.py tracker=wandb runs=results/runs/cifar10."""

from omegaconf import DictConfig

from sl.config.app import run_app


def main(config: DictConfig) -> None:
    from sl.replay.command import track

    track(config)


if __name__ == "__main__":
    run_app(main, "track")
