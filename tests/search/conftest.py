"""Invented records of runs with a holdout."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import synthetic

Record = Callable[..., Path]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Write a run with these accuracies in every epoch; without a holdout, the noisy validation one is left out."""
    numbers = count()

    def write(
        alpha: float, beta: float, seed: int, validation: float, test: float, holdout: float | None = 0.2
    ) -> Path:
        head = synthetic.header("sl", seed=seed, dataset="digits", loss_options={"alpha": alpha, "beta": beta})
        head["identity"] = f"{next(numbers):016x}"
        head["config"]["holdout"] = holdout
        lines: list[dict[str, Any]] = synthetic.lines(head)
        for line in lines:
            if line["kind"] == "epoch":
                line.update({"test_accuracy": test} | ({"validation_accuracy": validation} if holdout else {}))
        if holdout:
            head["data"]["validation_images"] = 1000
        return synthetic.write(tmp_path / "runs", lines)

    return write
