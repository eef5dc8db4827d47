"""The command `sl track`."""

from itertools import chain

from sl.config.build import build_trackers
from sl.config.groups import choices
from sl.errors import UserError
from sl.files import expanded
from sl.options.track import TrackConfig
from sl.record import load_all
from sl.replay.replay import replay, replay_figures
from sl.say import say


def track(config: TrackConfig) -> None:
    """Send the runs recorded in the folder `runs`, and their figures, to the trackers of `config`."""
    trackers = build_trackers(config.tracker, config.allow_targets)
    if not trackers:
        known = ", ".join(choice for choice in choices("tracker") if choice != "none")
        raise UserError("tracker", rule=f"is required; must be one of {known}, or several: 'tracker=[wandb,csv]'")
    runs = load_all(expanded("runs", config.runs), config.strict, "runs")
    for line in chain(replay(runs, trackers), replay_figures(runs, trackers) if config.figures else ()):
        say(line)
