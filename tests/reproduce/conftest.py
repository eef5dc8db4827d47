"""A plan of four short runs."""

from pathlib import Path

import pytest
from wanted_runs import WANTED

from sl.reproduce.plan import PlannedRun, plan_runs


@pytest.fixture
def plan(tmp_path: Path) -> list[PlannedRun]:
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    return plan_runs(WANTED, [*folders, "runtime.device=cpu", "runtime.threads=1", "scale.train_share=0.2"])
