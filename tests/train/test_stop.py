"""Signals that ask a training to stop: it finishes its step, saves its state and can be resumed bit for bit."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded import metrics
from torch import Tensor

from sl.errors import UserError
from sl.record import read
from sl.train.checkpoint import Checkpoint
from sl.train.engine import Engine
from sl.train.stop import Stopped

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
OPTIONS = ("noise=symmetric", "noise.rate=0.4", "loss=sl", "recipe.epochs=3", "recipe.batch_size=60")


@pytest.fixture(autouse=True)
def signals_that_are_not_ignored() -> Iterator[None]:
    """Under nohup, or in the background of a script, the tests' own process would ignore some; a training then does."""
    defaults = dict.fromkeys((signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2), signal.SIG_DFL)
    handlers = {**defaults, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send_in_step(monkeypatch: pytest.MonkeyPatch, number: int, *signals: signal.Signals) -> None:
    """Send this process `signals` inside training step `number` of a run, counted from 1."""
    steps, update = [], Engine.update

    def update_and_send(self: Engine, images: Tensor, index: Tensor) -> None:
        steps.append(len(index))
        update(self, images, index)
        if len(steps) == number:
            for each in signals:
                os.kill(os.getpid(), each)

    monkeypatch.setattr(Engine, "update", update_and_send)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT"])
def test_a_signal_stops_a_run_inside_an_epoch(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, capsys: Capture
) -> None:
    number = signal.Signals[name]
    before = signal.getsignal(number)
    whole = run(*OPTIONS, where="whole")
    with monkeypatch.context() as patch:
        send_in_step(patch, 7, number)
        with pytest.raises(Stopped) as caught:
            run(*OPTIONS, where="stopped")
    assert caught.value.code == 128 + number
    assert signal.getsignal(number) is before
    (path,) = tmp_path.glob("stopped/runs/*/*.jsonl")
    (said,) = capsys.readouterr().err.splitlines()
    assert (
        said == f"sl: {path}: stopped by {name} after epoch 1 and 2 steps of the next; the same command resumes there"
    )
    resumed = read(run(*OPTIONS, where="stopped"))
    assert [(line.epoch, line.step) for line in resumed.resumes] == [(1, 2)]
    assert metrics(path) == metrics(whole)


def test_a_signal_in_the_evaluation_stops_the_run_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(*OPTIONS, "recipe.bn_zero_debias=true", where="whole")
    predict, calls = Engine.predict, []

    def predict_and_send(self: Engine, images: Tensor, *arguments: object) -> Tensor:
        calls.append(len(images))
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return predict(self, images, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "predict", predict_and_send)
        with pytest.raises(Stopped):
            run(*OPTIONS, "recipe.bn_zero_debias=true", where="stopped")
    path = run(*OPTIONS, "recipe.bn_zero_debias=true", where="stopped")
    assert [(line.epoch, line.step) for line in read(path).resumes] == [(0, 5)]
    assert metrics(path) == metrics(whole)


def test_the_second_interrupt_stops_at_once(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    send_in_step(monkeypatch, 2, signal.SIGINT, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(*OPTIONS)
    assert not list(tmp_path.rglob("*.pt"))


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_no_signal_keeps_a_run_from_saving_its_state(run: Run, monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    """A shell that ends sends SIGHUP twice, and a worker gets SIGTERM from a scheduler and from its parent."""
    whole, save = run(*OPTIONS, where="whole"), Checkpoint.save

    def save_and_send(self: Checkpoint, state: dict[str, Any]) -> bool:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
        return save(self, state)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", save_and_send)
        send_in_step(patch, 7, signal.Signals(first))
        with pytest.raises(Stopped) as caught:
            run(*OPTIONS, where="stopped")
    assert caught.value.code == 128 + first
    path = run(*OPTIONS, where="stopped")
    assert [(line.epoch, line.step) for line in read(path).resumes] == [(1, 2)]
    assert metrics(path) == metrics(whole)


def test_a_signal_in_the_last_step_of_all_stops_the_sweep_after_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    send_in_step(monkeypatch, 15, signal.SIGTERM)
    with pytest.raises(Stopped):
        run(*OPTIONS)


@pytest.mark.parametrize("late", [False, True])  # inside the second epoch, and after the last
def test_the_handler_of_a_launcher_gets_the_signal_after_the_state_is_saved(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, late: bool
) -> None:
    whole = run(*OPTIONS, where="whole")
    saved: list[bool] = []

    def queue_again(*_: object) -> None:  # as submitit does
        (path,) = tmp_path.glob("stopped/runs/*/*.jsonl")
        saved.append(read(path).complete if late else bool(list(tmp_path.glob("stopped/checkpoints/*.pt"))))
        raise SystemExit(-1)

    signal.signal(signal.SIGTERM, lambda *_: None)  # as submitit does; Slurm sends it too
    signal.signal(signal.SIGUSR2, queue_again)
    with monkeypatch.context() as patch:
        if late:
            patch.setattr("sl.train.run.save_model", lambda *_: os.kill(os.getpid(), signal.SIGUSR2))
        else:
            send_in_step(patch, 7, signal.SIGUSR2, signal.SIGTERM)
        with pytest.raises(SystemExit) as caught:
            run(*OPTIONS, where="stopped")
    assert (caught.value.code, saved) == (-1, [True])
    path = run(*OPTIONS, where="stopped")
    assert [(line.epoch, line.step) for line in read(path).resumes] == ([] if late else [(1, 2)])
    assert metrics(path) == metrics(whole)


def test_a_launcher_that_does_not_queue_again_is_said_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("Job not requeued because: timed-out too many times.")

    signal.signal(signal.SIGUSR2, refuse)
    send_in_step(monkeypatch, 7, signal.SIGUSR2)
    with pytest.raises(UserError, match="stopped by SIGUSR2: Job not requeued because: timed-out"):
        run(*OPTIONS)


def test_a_signal_that_is_ignored_stops_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    send_in_step(monkeypatch, 7, signal.SIGHUP)
    assert read(run(*OPTIONS)).complete


def test_a_training_outside_the_main_thread_leaves_signals_alone(run: Run) -> None:
    paths: list[Path] = []
    thread = threading.Thread(target=lambda: paths.append(run(*OPTIONS)))
    thread.start()
    thread.join()
    assert read(paths[0]).complete


@pytest.mark.slow
def test_more_interrupts_while_the_process_ends_are_no_traceback(tmp_path: Path) -> None:
    options = ["dataset=digits", "loss=ce", "recipe.epochs=500", f"runs_dir={tmp_path}", f"checkpoints_dir={tmp_path}"]
    command = [sys.executable, "-m", "sl", "train", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert any(" epoch 1/" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        assert any("stopped by SIGINT" in line for line in process.stdout)
        for _ in range(100):
            time.sleep(0.1)
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert "Traceback" not in said
    assert process.returncode == 130
