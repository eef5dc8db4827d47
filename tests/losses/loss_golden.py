"""Twenty training steps with each loss, all from formulas in float64, so that every machine gets the same numbers.

`python tests/losses/loss_golden.py` (with the project installed) writes golden.json beside this file. Do that for a
new loss, or when a loss is meant to change; the difference then shows in the commit.
"""

import json
from pathlib import Path

import torch
from loss_table import CLASSES, ROWS
from torch import Tensor

from sl.losses import Loss

GOLDEN = Path(__file__).with_name("golden.json")
STEPS, EXAMPLES, INPUTS, HIDDEN = 20, 64, 6, 8


def wave(rows: int, columns: int, frequency: float) -> Tensor:
    """A (rows, columns) float64 matrix that looks random: sin(frequency * i * j + i) for i, j from 1."""
    i = torch.arange(1, rows + 1, dtype=torch.float64)[:, None]
    j = torch.arange(1, columns + 1, dtype=torch.float64)
    return torch.sin(frequency * i * j + i)


def trajectory(loss: Loss) -> list[float]:
    """Mean loss before each of the steps of SGD with momentum, on a two-layer network and partly wrong labels."""
    inputs = wave(EXAMPLES, INPUTS, 0.7)
    labels = (inputs @ wave(INPUTS, CLASSES, 1.3)).argmax(dim=1)
    labels[::4] = (labels[::4] + 1) % CLASSES
    first = wave(INPUTS, HIDDEN, 2.1).requires_grad_()
    second = wave(HIDDEN, CLASSES, 0.4).requires_grad_()
    optimiser = torch.optim.SGD([first, second], lr=0.1, momentum=0.9)
    values = []
    for _ in range(STEPS):
        value = loss((inputs @ first).tanh() @ second, labels).mean()
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    return values


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: trajectory(row.loss) for name, row in ROWS.items()}, indent=1) + "\n")
