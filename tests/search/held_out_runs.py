"""Invented records of runs with a holdout."""

from itertools import count
from pathlib import Path
from typing import Any

import synthetic

NUMBERS = count()


def record(folder: Path, alpha: float, seed: int, validation: float, test: float, holdout: float | None = 0.2) -> Path:
    """Write a run with these accuracies in every epoch; without a holdout, the noisy validation one is left out."""
    head = synthetic.header("sl", seed=seed, dataset="digits", loss_options={"alpha": alpha, "beta": 1})
    head["identity"] = f"{next(NUMBERS):016x}"
    head["config"]["holdout"] = holdout
    lines: list[dict[str, Any]] = synthetic.lines(head)
    for line in lines:
        if line["kind"] == "epoch":
            line.update({"test_accuracy": test} | ({"validation_accuracy": validation} if holdout else {}))
    if holdout:
        head["data"]["validation_images"] = 1000
    return synthetic.write(folder, lines)
