"""Output that fails ends nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from sl.record.schema import Epoch, Header
from sl.tracker import Watchers

LINES = (
    "from sl.say import say\nfor number in range(3): say(f'{number} 猫')\nprint('done', file=__import__('sys').stderr)"
)


def run(code: str, shell: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    command = f'PYTHONIOENCODING={encoding} {sys.executable} -c "$CODE" {shell}'
    environment = {"CODE": code, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("shell", ["> /dev/full", "| true", ">&-", "| head -1"])
def test_nobody_who_listens_stops_nothing(shell: str) -> None:
    done = run(LINES, f"{shell}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0
    *notices, last = done.stderr.splitlines()
    assert last == "done"
    assert len(notices) <= 1
    assert all("output cannot be written any more" in notice for notice in notices)


@pytest.mark.parametrize("command", ["--help", "train --help", "claims --help"])
def test_a_command_whose_output_finds_a_full_disk_says_so(command: str) -> None:
    done = run("from sl.commands.start import main; main()", f"{command} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "sl: error: output cannot be written: No space left on device\n"


def test_what_the_terminal_cannot_encode_is_escaped() -> None:
    assert run(LINES, "", "ascii").stdout.splitlines() == [f"{number} \\u732b" for number in range(3)]


class Broken:
    """A sink that fails at its second epoch."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        pass

    def epoch(self, line: Epoch) -> None:
        self.told.append(line.epoch)
        if line.epoch == 2:
            raise OSError("No space left on device")


def test_a_sink_that_fails_is_named_once_and_told_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    broken, whole = Broken(), Broken()
    whole.epoch = lambda line: whole.told.append(line.epoch)  # type: ignore[method-assign]
    watchers = Watchers({"csv": broken, "mlflow": whole})  # type: ignore[dict-item]
    watchers.start(Header.model_construct(), Path(), 0)
    for epoch in (1, 2, 3):
        watchers.epoch(Epoch.model_construct(epoch=epoch))
    assert (broken.told, whole.told) == ([1, 2], [1, 2, 3])
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("sl: csv failed and stops logging this run; training continues: ")
