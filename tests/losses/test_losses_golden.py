"""Each loss trains as it did when golden.json was written (see loss_golden.py)."""

import json

import pytest
from loss_golden import GOLDEN, STEPS, trajectory
from loss_table import ROWS

EXPECTED = json.loads(GOLDEN.read_text())


def test_golden_file_has_every_loss() -> None:
    assert set(EXPECTED) == set(ROWS)
    assert all(len(values) == STEPS for values in EXPECTED.values())


@pytest.mark.parametrize("name", ROWS)
def test_trajectory(name: str) -> None:
    assert trajectory(ROWS[name].loss) == pytest.approx(EXPECTED[name], rel=1e-9)
