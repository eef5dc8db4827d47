"""Makes or updates a W&B workspace and report with the paper's panels: python scripts/dashboard.py entity=my-team."""

from pathlib import Path

from sl.command_line import run_script
from sl.errors import UserError
from sl.say import say


def main(
    project: str = "sl-noisy-labels",
    entity: str | None = None,
    file: Path = Path("configs/wandb/dashboard.yaml"),
    out: Path = Path("wandb/dashboard"),
) -> None:
    """Make a W&B workspace and a report from one file, or update those made before.

    Without a W&B login the specifications are written to `out`, and what would be made is said.

    project: W&B's project, as tracker.wandb.project
    entity: your team; null is your own account
    file: what the panels are
    out: folder for the specifications, and for the addresses of what was made
    """
    try:
        from sl.replay.dashboard import Dashboard
        from sl.replay.publish import publish
    except ImportError as error:
        raise UserError(f"{error.name} is missing: pip install -e '.[wandb]'") from None
    for line in publish(Dashboard.read(file), project, entity, out):
        say(line)


if __name__ == "__main__":
    run_script(main)
