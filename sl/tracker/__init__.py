"""Trackers, which show a run while it is trained: the console, CSV, TensorBoard, MLflow and W&B."""

from sl.tracker.base import Sink, Tracker
from sl.tracker.console import ConsoleSink
from sl.tracker.csv_files import CsvTracker
from sl.tracker.mlflow import MlflowTracker
from sl.tracker.tensorboard import TensorBoardTracker
from sl.tracker.wandb import WandbTracker
from sl.tracker.watchers import Watchers

__all__ = [
    "ConsoleSink",
    "CsvTracker",
    "MlflowTracker",
    "Sink",
    "TensorBoardTracker",
    "Tracker",
    "WandbTracker",
    "Watchers",
]
