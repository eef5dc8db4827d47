"""The heads of the experiments' files: command, number of runs and what to expect."""

from pathlib import Path

import pytest

from sl.reproduce import experiment

FILES = sorted((experiment.CONFIG_DIR / "experiment").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_head_says_command_runs_and_expectation(path: Path) -> None:
    head = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("#"))
    assert f"sl reproduce experiment={path.stem}\n" in head
    assert "\n# Expect: " in head
    runs = {frozenset(part for part in run if not part.startswith("probe.")) for run in experiment.runs(path.stem)}
    assert f"# Runs: {len(runs)}; plan_only=true says the hours" in head
