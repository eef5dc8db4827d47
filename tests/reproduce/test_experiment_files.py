"""The files of experiments: what the heads of ours say, and what is wrong in one of a user's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sl.errors import UserError
from sl.paths import CONFIG_DIR
from sl.reproduce import experiment
from sl.reproduce.experiment import Overrides

FILES = sorted((CONFIG_DIR / "experiment").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_head_says_command_runs_and_expectation(path: Path) -> None:
    head = "".join(line for line in path.read_text().splitlines(keepends=True) if line.startswith("#"))
    assert f"sl reproduce experiment={path.stem}\n" in head
    assert "\n# Expect: " in head
    runs = {frozenset(part for part in run if not part.startswith("probe.")) for run in experiment.runs(path.stem)}
    assert f"# Runs: {len(runs)}; plan_only=true says the hours" in head


SHORT = 'runs: ["dataset=digits loss=ce,sl"]'


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, Overrides]]]:
    """Writes the text of mine.yaml, and of other.yaml beside it; returns the steps of mine."""

    def write(mine: str, other: str = f"{SHORT}\nseeds: [0]") -> list[tuple[str, Overrides]]:
        (tmp_path / "experiment").mkdir()
        (tmp_path / "experiment/mine.yaml").write_text(mine)
        (tmp_path / "experiment/other.yaml").write_text(other)
        monkeypatch.setattr("sl.reproduce.experiment_file.CONFIG_DIR", tmp_path)
        return list(experiment.steps("mine"))

    return write


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("run: [loss=ce]\nseeds: [0]", "run: there is no such entry; did you mean runs? must be one of first, parts,"),
        ("runs: loss=ce\nseeds: [0]", "runs=loss=ce: must be a list of texts"),
        ("runs: [[dataset=digits, loss=ce]]\nseeds: [0]", "runs=[['dataset=digits', 'loss=ce']]: must be a list"),
        ("", "runs: is required, such as "),
        ("runs: []\nseeds: [0]", "runs: is required, such as "),
        (SHORT, "seeds: is required, such as [0,1,2]"),
        (f"{SHORT}\nseeds: []", "seeds=[]: must be a whole number or a list of them"),
        (f"{SHORT}\nseeds: [0, a]", "seeds=a: must be a whole number of at least 0"),
        ("runs: [loss=ce seed=3]\nseeds: [0]", "loss=ce seed=3: must not set seed; give seeds: "),
        ("runs: [loss=ce dataset]\nseeds: [0]", "loss=ce dataset: dataset: must be option=value;"),
        ('runs: ["data_dir=\'a"]\nseeds: [0]', "data_dir='a: No closing quotation"),
        ("runs: ['loss.q=interval(0,1)']\nseeds: [0]", "loss.q=interval(0,1): must list its values;"),
        (f"{SHORT}\nrepeat_first: [loss=ce]\nseeds: [0]", "repeat_first: loss=ce: must be one of its runs"),
        ("parts: [othr]", "parts=othr: there is no such experiment; "),
        ("first: [mine]", "must not be a part of itself"),
        ("parts: [mine]", "must not be a part of itself"),
    ],
)
def test_a_mistake_in_a_file_of_ones_own_is_one_line(
    text: str, line: str, steps: Callable[..., object], tmp_path: Path
) -> None:
    """These were tracebacks, or experiments without a run."""
    with pytest.raises(UserError) as error:
        steps(text)
    assert str(error.value).startswith(f"{tmp_path}/experiment/mine.yaml: {line}")


def test_two_experiments_that_are_parts_of_each_other_are_refused(steps: Callable[..., object]) -> None:
    with pytest.raises(UserError, match=r"must not be a part of itself$"):
        steps("parts: [other]", "parts: [mine]")
