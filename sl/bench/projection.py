"""What the measured rates mean for the paper's CIFAR-10 table; arithmetic, not a measurement."""

from typing import Any

from sl.reproduce import experiment

GRID = "table_cifar10"


def run_seconds(facts: dict[str, Any], rate: float, evaluation_rate: float) -> float:
    """Seconds of a whole run: every epoch trains on all images and evaluates on all test images.

    >>> run_seconds({"epochs": 10, "train_images": 100, "test_images": 50}, rate=10, evaluation_rate=50)
    110.0
    """
    return facts["epochs"] * (facts["train_images"] / rate + facts["test_images"] / evaluation_rate)


def grid_runs() -> int:
    """Runs of the paper's CIFAR-10 table as planned in configs/experiment."""
    return sum(1 for _ in experiment.runs(GRID))
