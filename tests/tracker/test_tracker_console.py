"""The console is judged by what a reader sees: of a pipe, and of a terminal."""

import re
import sys
import time
from itertools import count
from pathlib import Path

import pytest
from terminal import in_terminal
from told_run import PATH, make_header, make_line, tell

from sl.tracker import ConsoleSink

SCRIPT = """
import sys, time
sys.path.insert(0, {folder!r})
from terminal import Seen
from told_run import make_header, tell
from sl.tracker import ConsoleSink
seen, now = Seen(), [0]
time.monotonic = lambda: now[0]  # an epoch takes a second
class Watched(ConsoleSink):
    def epoch(self, line):
        now[0] += 1
        super().epoch(line)
        if line.epoch < 4:
            seen.until(f"epoch {{line.epoch}}/12")
tell([Watched()], make_header())
"""


def test_elsewhere_evenly_spaced_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", count().__next__)  # an epoch takes a second
    tell([ConsoleSink()], make_header())
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert all(line.startswith("insects-sym0.4-sl-s0 0000  epoch ") for line in lines)
    # epoch 4: cat 0.123456789 + 0.1, the mean of 0.6333, 0.9 and it
    assert lines[3].endswith("epoch 4/12  left 0:00:08  worst cat 22.3 %  test 58.6 %  loss 0.75")
    # epoch 12: (0.9 + 0.9 + 0.4235) / 3; the ten last epochs are on average those of epoch 7.5
    assert last == (
        "insects-sym0.4-sl-s0 0000  last 74.12 %, best 74.12 %, mean of last ten 65.37 %, worst class cat 42.3 %, "
        "scaled-down run, record results/runs/x.jsonl"
    )


@pytest.mark.parametrize(("epochs", "most"), [(1, 1), (5, 5), (13, 8), (120, 13), (1000, 13)])
def test_long_runs_do_not_flood_a_log(capsys: pytest.CaptureFixture[str], epochs: int, most: int) -> None:
    sink = ConsoleSink()
    sink.start(make_header(scale=make_header().scale.model_dump() | {"epochs": epochs}), PATH)
    for epoch in range(1, epochs + 1):
        sink.epoch(make_line(epoch))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == most
    assert f"epoch 1/{epochs} " in lines[0]
    assert f"epoch {epochs}/{epochs} " in lines[-1]


def test_runs_of_a_sweep_are_told_apart_by_identity(capsys: pytest.CaptureFixture[str]) -> None:
    for identity in ("a" * 16, "b" * 16):
        tell([ConsoleSink()], make_header(identity=identity), epochs=1)
    starts = {line.split("  ")[0] for line in capsys.readouterr().out.splitlines()}
    assert starts == {"insects-sym0.4-sl-s0 aaaa", "insects-sym0.4-sl-s0 bbbb"}


def test_an_accuracy_looks_as_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    sink = ConsoleSink()
    sink.start(make_header(), PATH)
    sink.epoch(make_line(1, class_accuracy=[0.0485, 0.6, 0.9], test_accuracy=0.0485))
    assert "worst ant 4.8 %  test 4.8 %" in capsys.readouterr().out


@pytest.mark.parametrize("epochs", [9, 10])
def test_fewer_than_ten_epochs_have_no_mean_of_the_last_ten(capsys: pytest.CaptureFixture[str], epochs: int) -> None:
    tell([ConsoleSink()], make_header(), epochs=epochs)
    assert ("mean of last ten" in capsys.readouterr().out) == (epochs == 10)


def test_a_stopped_run_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    tell([ConsoleSink()], make_header(), epochs=3, finished=False)
    tell([ConsoleSink()], make_header(), epochs=0, finished=False)
    lines = capsys.readouterr().out.splitlines()
    assert "  stopped after epoch 3 of 12, last " in lines[-2]
    assert lines[-1].endswith("  stopped before the end of its first epoch")


def test_epochs_before_an_interruption_count_only_for_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    sink = ConsoleSink()
    sink.start(make_header(), PATH, 11)
    for epoch in range(1, 12):
        sink.epoch(make_line(epoch))
    assert capsys.readouterr().out == ""
    sink.epoch(make_line(12))
    sink.close(True)
    shown, last = capsys.readouterr().out.splitlines()
    assert "epoch 12/12" in shown
    assert "mean of last ten 65.37 %" in last


def test_time_left_is_that_of_the_epochs_to_come(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 400.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    sink = ConsoleSink()
    sink.start(make_header(), PATH, 2)
    sink.epoch(make_line(3))
    assert "  left 0:45:00  " in capsys.readouterr().out  # 9 more at 300 seconds


def test_on_a_terminal_one_line_is_redrawn() -> None:
    sent = in_terminal(sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parent)))
    assert re.search(r"epoch 2/12  left 0:00:10  worst cat 17\.3 %  test \d\d\.\d %  loss 1\.5", sent)
    assert "\x1b[2K" in sent  # erases the line it is on
    assert sent.count("\n") <= 2  # the live line never becomes a second one
    assert "last 74.12 %, best 74.12 %" in sent.splitlines()[-1]


LONG = """
import sys, time
sys.path.insert(0, {folder!r})
from terminal import Seen
from told_run import PATH, make_header, make_line
from sl.tracker import ConsoleSink
seen, now = Seen(), [0]
time.monotonic = lambda: now[0]
sink = ConsoleSink()
sink.start(make_header(), PATH)
now[0] = 3
sink.epoch(make_line(1))
seen.until("epoch 1/12  left")
sink.inside(0.25)  # too soon
now[0] = 6
sink.inside(0.5)
seen.until("epoch 1/12 + 50 %")
sink.close(True)
"""


def test_a_narrow_terminal_keeps_time_left_and_worst_class_and_a_long_epoch_shows_progress() -> None:
    sent = in_terminal(sys.executable, "-c", LONG.format(folder=str(Path(__file__).parent)), columns=72)
    for told in ("epoch 1/12", "epoch 1/12 + 50 %"):
        assert f"{told}  left 0:00:33  worst cat 14.8 %" in sent
    assert "25 %" not in sent
    assert "insects-sym0.4-sl-s0 0000  epoch" not in sent
