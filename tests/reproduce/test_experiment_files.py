"""The heads of the experiments' files: command, number of runs, time and what to expect."""

import re
from pathlib import Path

import pytest

from sl.reproduce import experiment

FILES = sorted((experiment.CONFIG_DIR / "experiment").glob("*.yaml"))
CPU_MINUTES, CORES = 11, 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_head_says_command_time_and_expectation(path: Path) -> None:
    head = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("#"))
    assert f"python scripts/reproduce.py experiment={path.stem}\n" in head
    assert "\n# Expect: " in head
    (time,) = (line for line in head.splitlines() if line.startswith("# Time: "))
    assert "\n# GPU" in head
    runs = {frozenset(part for part in run if not part.startswith("probe.")) for run in experiment.runs(path.stem)}
    assert f"# Time: {len(runs)} runs. CPU" in time
    hours = re.search(rf"about {CPU_MINUTES} minutes a run on an idle core, ([\d.]+) h on two", time)
    if hours:
        assert float(hours[1]) == pytest.approx(len(runs) * CPU_MINUTES / 60 / CORES, abs=0.5, rel=0.05)
