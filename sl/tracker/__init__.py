from sl.tracker.base import NoTracker, Sink
from sl.tracker.console import ConsoleSink
from sl.tracker.wandb import WandbTracker
from sl.tracker.watchers import Watchers

__all__ = ["ConsoleSink", "NoTracker", "Sink", "WandbTracker", "Watchers"]
