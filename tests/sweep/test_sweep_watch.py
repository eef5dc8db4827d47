"""The console of a sweep is judged by what a reader sees: of a pipe, of a terminal, and at the end."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from terminal import in_terminal

from sl.errors import UserError
from sl.sweep import job
from sl.sweep.job import COMMAND, SweepJob, read_jobs
from sl.sweep.watch import BAR, Watch, begin, closing, watched
from sl.train.device import find_device

ROOT = Path(__file__).parents[2]
TERMINAL = """
import sys
from pathlib import Path
from terminal import Seen
from sl.sweep import job, watch
folder, seen = Path(sys.argv[1]), Seen()
with watch.watched():
    watch.begin(folder, 3, ["loss.alpha"])
    for number in range(2):
        job.begin(number, [f"loss.alpha={number}"])
        job.tell(final=True, name=f"run{number}", epochs=10, epoch=4, text="test 50 %")
        seen.until(f"run{number}  test 50 %")
        job.tell(final=True, text=f"last {number}.5 %")
        job.end(None)
"""

NARROW = """
from pathlib import Path
from terminal import Seen
from sl.sweep.job import SweepJob
from sl.sweep import watch
text = "left 1:23:45  worst automobile 45.3 %  test 77.1 %  loss 3.121"
names = ["cifar10-sym0.4-sl-alpha0.01-beta0.1-s0 2dcf", "cifar10-sym0.4-sl-alpha0.1-beta0.1-s0 9a01"]
half = {"epoch": 60, "epochs": 120, "before": 0.5}
jobs = [SweepJob(number, (), name=name, text=text, **half) for number, name in enumerate(names)]
watch.read_jobs = lambda folder: jobs
seen, shown = Seen(), watch.Watch(Path(), 9)
shown.start()
seen.until("0 of 9 done")
shown.stop()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where jobs tell of themselves."""
    monkeypatch.setenv(job.FOLDER, str(tmp_path))
    yield tmp_path
    job._Current.job = None


def test_outside_a_sweep_a_run_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(job.FOLDER, raising=False)
    job.begin(0, ["seed=0"])
    assert not job.in_sweep()
    job.tell(final=True, epoch=1)
    job.end(None)
    assert not list(tmp_path.iterdir())


def test_a_job_tells_how_far_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    job.begin(3, ["seed=1"])
    job.tell(final=True, name="digits", epochs=60, epoch=15)
    assert read_jobs(folder) == [SweepJob(3, ("seed=1",), "training", "digits", 15, 60)]
    assert read_jobs(folder)[0].share == 0.25
    now[0] += job.PAUSE
    job.tell(epoch=16)  # too soon for a file of its own
    assert read_jobs(folder)[0].epoch == 15
    now[0] += 0.01
    job.tell(epoch=17)
    assert read_jobs(folder)[0].epoch == 17
    job.end("loss.alpha=-1: must be a number")
    assert read_jobs(folder) == [
        SweepJob(3, ("seed=1",), "failed", "digits", 17, 60, "", "loss.alpha=-1: must be a number")
    ]
    assert not job.in_sweep()


def test_jobs_are_read_in_their_order(folder: Path) -> None:
    for number in range(20):
        job.begin(number, [])
    assert [found.number for found in read_jobs(folder)] == [*range(20)]


def test_reports_that_cannot_be_written_stop_no_job(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(job.FOLDER, str(folder / "removed"))
    job.begin(0, ["seed=0"])
    job.tell(final=True, epoch=1)
    job.end(None)


def test_jobs_in_processes_of_their_own_take_turns_at_the_gpus(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv(COMMAND, "1")  # the command is another process
    devices = []
    for number in range(4):
        job.begin(number, [])
        devices.append(str(find_device("auto")))
    assert devices == ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]
    monkeypatch.setenv(COMMAND, str(os.getpid()))  # one run after another in the command itself
    assert str(find_device("auto")) == "cuda:0"


def test_the_time_left_is_that_of_what_this_sweep_trains(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = Watch(folder, 6)
    job.begin(0, ["seed=0"])
    watch._look()
    job.tell(before=1.0)  # was trained before: it says nothing of the time that a run takes
    job.end(None)
    job.begin(1, ["seed=1"])
    job.end("refused")
    job.begin(2, ["seed=2"])
    job.tell(final=True, before=1.0, state="stopped")  # as soon as it was found to be trained
    job.begin(3, ["seed=3"])
    watch._look()
    job.tell(final=True, epochs=10, epoch=5, before=0.5)  # resumes
    watch._look()
    assert watch.left() == "unknown"
    now[0] = 400.0
    job.tell(final=True, epoch=10)
    watch._look()
    assert watch.left() == "0:30:00"  # half a run took five minutes, three are left


def test_a_log_gets_one_line_for_each_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch(folder, 3)
    watch.start()
    for number, failure in enumerate([None, "seed=1: refused"]):
        job.begin(number, [f"seed={number}"])
        job.tell(final=True, name=f"run{number}", epochs=2, epoch=1)
        job.tell(final=True, text=f"last {number}.5 %", epoch=2)
        job.end(failure)
    watch.stop()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("  run0  last 0.5 %")
    assert lines[1].startswith("2 of 3 done, time left ")
    assert lines[1].endswith("  run1  failed: seed=1: refused")


def test_a_log_without_news_says_every_ten_minutes_what_is_in_training(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = Watch(folder, 2)
    job.begin(0, ["seed=0"])
    job.tell(final=True, name="run0", epochs=10, epoch=4)
    for now[0] in (600.0, 601.0, 602.0, 1201.0, 1202.0):
        watch._look()
    assert capsys.readouterr().out.splitlines() == [
        f"0 of 2 done, time left {left}  in training: run0 4/10" for left in ("0:40:04", "1:20:08")
    ]


@pytest.mark.parametrize("content", ['{"number": 0, "overrides": [], "new": 1}', '{"number": 0}', "[]", "1", "{", ""])
def test_a_job_of_another_version_hides_no_other_job(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (folder / "0.json").write_text(content)
    watch = Watch(folder, 2)
    watch.start()
    job.begin(1, ["seed=1"])
    job.tell(final=True, name="run1", text="last 1.5 %", before=1.0)
    job.end(None)
    watch.stop()
    assert capsys.readouterr().out == "1 of 2 done, time left unknown  run1  last 1.5 %\n"


def test_failures_are_listed_with_the_command_to_run_them_again() -> None:
    jobs = [
        SweepJob(0, ("loss=ce", "seed=0"), "done", "ce"),
        SweepJob(1, ("loss=sl", "data_dir=my data"), "failed", "sl", text="data_dir=my data: must be a folder"),
        SweepJob(2, ("seed=2",), "training", "killed", epoch=3, epochs=9),
        SweepJob(3, ("seed=3",), "stopped", "halted", epoch=4, epochs=10),
        SweepJob(4, ("seed=4",), "stopped"),
    ]
    assert list(closing(jobs, 7)) == [
        "1 of 7 runs done, 2 failed, 2 stopped",
        "  failed: sl: data_dir=my data: must be a folder",
        "    to run it again: sl train loss=sl 'data_dir=my data'",
        "  failed: killed: its process ended before the run was finished",
        "    to run it again: sl train seed=2",
        "  stopped after epoch 4 of 10: halted; the same command resumes it",
        "  stopped: seed=4; the same command resumes it",
        "  2 not started; the same command starts them",
    ]


def test_finished_runs_come_first() -> None:
    jobs = [
        SweepJob(0, ("seed=0",), "done", "ce", record="runs/0.jsonl"),
        SweepJob(1, ("seed=1",), "failed", "ce", record="runs/1.jsonl", text="refused"),
    ]
    lines = list(closing(jobs, 2, lambda records: map(str, records)))
    assert lines[:2] == ["runs/0.jsonl", "1 of 2 runs done, 1 failed"]


SWEEP = "dataset=digits noise=symmetric loss=sl loss.alpha=0.1,1 recipe.epochs=1 scale.train_share=0.2 tracker=none"


def test_sl_train_ends_a_sweep_with_the_table_of_its_points(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sl", "train", "-m", *SWEEP.split()]
    own = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("\n\n")[2].splitlines()
    assert table[0].split()[:2] == ["alpha", "n"]
    assert [line.split()[:2] for line in table[1:3]] == [["0.1", "1"], ["1", "1"]]
    assert table[-1] == "2 of 2 runs done"


def test_a_terminal_shows_a_bar_over_all_and_a_line_for_each_run(tmp_path: Path) -> None:
    text = in_terminal(sys.executable, "-c", TERMINAL, str(tmp_path))
    assert "━" in text  # a bar
    assert "0 of 3 done" in text
    assert "run0  test 50 %" in text
    assert "run1  last 1.5 %" in text
    assert "2 of 2 runs done" not in text
    assert "2 of 3 runs done" in text
    assert "1 not started" in text
    assert not list(tmp_path.iterdir())


def test_a_narrow_terminal_keeps_the_bars_what_varies_time_left_and_worst_class() -> None:
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", in_terminal(sys.executable, "-c", NARROW, columns=72))
    for own in ("alpha0.01-beta0.1-s0", "alpha0.1-beta0.1-s0"):
        assert re.search(rf"[━╸╺]{{{BAR}}} {own}  left 1:23:45  worst automobile 45.3 %", text)
    assert "━ 0 of 9 done, time left unknown" in text


def test_what_launchers_say_of_each_job_is_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with watched():
        begin(tmp_path, 1, [])
        logging.getLogger("hydra.core").info("Launching 1 jobs locally")
        for text in ("Bypassing sacct error Command 'sacct' failed", "Job 1 timed out"):
            logging.getLogger("submitit").warning(text)
    assert caplog.messages == ["Job 1 timed out"]


def test_a_mistake_stays_one_line() -> None:
    from sl.config.sweep import in_a_line

    assert in_a_line(UserError("seed", 1, "refused")) == "seed=1: refused"
    assert (
        in_a_line(RuntimeError("Traceback\n  x\nKeyError: 'a'\nsl: a bug, in the run seed=2\n"))
        == "a bug: KeyError: 'a'"
    )
