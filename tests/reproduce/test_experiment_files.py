"""The heads of the experiments' files: command, number of runs, time and what to expect."""

import re
from pathlib import Path

import pytest

from sl.reproduce import experiment

FILES = sorted((experiment.CONFIG_DIR / "experiment").glob("*.yaml"))
CORES = 2
MINUTES = {"mnist": 11, "cifar10": 16}  # of a run on a Zen 4 core: results/bench, results/runs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_head_says_command_time_and_expectation(path: Path) -> None:
    head = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("#"))
    assert f"sl reproduce experiment={path.stem}\n" in head
    assert "\n# Expect: " in head
    (time,) = (line for line in head.splitlines() if line.startswith("# Time: "))
    assert "\n# GPU" in head
    runs = {frozenset(part for part in run if not part.startswith("probe.")) for run in experiment.runs(path.stem)}
    assert f"# Time: {len(runs)} runs. CPU" in time
    given = re.search(r"about (\d+) minutes a run on a Zen 4 core, ([\d.]+) h on two", time)
    assert given or "not measured yet" in time or "in all" in time
    if given:
        (dataset,) = {part for run in runs for part in run if part.startswith("dataset=")}
        minutes = MINUTES[dataset.removeprefix("dataset=")]
        assert int(given[1]) == minutes
        assert float(given[2]) == pytest.approx(len(runs) * minutes / 60 / CORES, abs=0.5, rel=0.05)
