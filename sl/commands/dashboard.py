"""Makes or updates a W&B workspace and report with the paper's panels: sl dashboard entity=my-team."""

from pathlib import Path

from sl.paths import CONFIG_DIR
from sl.say import say


def main(
    project: str = "sl-noisy-labels",
    entity: str | None = None,
    file: Path = CONFIG_DIR / "wandb/dashboard.yaml",
    out: Path = Path("wandb/dashboard"),
) -> None:
    """Make a W&B workspace and a report from one file, or update those made before.

    Without a W&B login the command writes the specifications to `out` and prints what it would make.

    project: W&B's project, as tracker.wandb.project
    entity: your team; null is your own account
    file: what the panels are
    out: folder for the specifications, and for the addresses of what was made
    """
    from sl.replay.dashboard import Dashboard  # takes seconds to import; --help does without it
    from sl.replay.publish import publish

    for line in publish(Dashboard.read(file), project, entity, out):
        say(line)
