"""Rates and ratios from known times; processes that do what they are told."""

import operator
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest
import torch

from studies.bench.child import Child
from studies.bench.contender import peak_bytes
from studies.bench.measure import Team, rounds_of, spread, times

ROOT = Path(__file__).resolve().parents[2]


class Clockwork:
    """A child whose step takes a known time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def start(self, method: str, steps: int) -> "Future[float]":
        assert method == "train"
        done: Future[float] = Future()
        done.set_result(steps * self.seconds)
        return done


def test_a_team_counts_all_images_and_the_slowest_time() -> None:
    team = Team([Clockwork(0.1), Clockwork(0.2)], batch_size=10)  # type: ignore[list-item]
    team.steps = 4
    assert team.lap() == pytest.approx(2 * 4 * 10 / 0.8)


@pytest.mark.parametrize(("seconds", "steps"), [(2.0, 20), (0.01, 1)])
def test_steps_fill_the_time_that_is_given(seconds: float, steps: int) -> None:
    team = Team([Clockwork(0.1)], batch_size=10)  # type: ignore[list-item]
    team.fit_steps(seconds)
    assert team.steps == steps


def test_teams_take_turns_and_are_compared_round_by_round() -> None:
    fast, slow = (Team([Clockwork(seconds)], 1) for seconds in (0.1, 0.3))  # type: ignore[list-item]
    *_, laps = rounds_of({"fast": fast, "slow": slow}, rounds=3)
    assert spread(laps["fast"])["median"] == pytest.approx(10)
    assert times(laps["fast"], laps["slow"]) == {"median": 3.0, "low": 3.0, "high": 3.0}
    uneven = times([2, 9], [1, 3])
    assert (uneven["low"], uneven["high"]) == (2, 3)


def test_a_child_keeps_its_object() -> None:
    with Child(Counter, "aab") as child:
        child.start("update", "b").result()
        assert child.start("most_common").result() == [("a", 2), ("b", 2)]


def test_what_fails_in_a_child_is_raised_here() -> None:
    with pytest.raises(KeyError, match="missing"), Child(Counter, "aab") as child:
        child.start("pop", "missing").result()


class Teller:
    """Tells how much memory its process has held."""

    def peak(self) -> int | None:
        return peak_bytes(torch.device("cpu"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak")
def test_the_memory_of_a_process_is_not_that_of_its_parent() -> None:
    """`ru_maxrss`, which is at hand everywhere, begins with the parent's."""
    held = bytearray(b"x") * 2**29
    mine = Teller().peak() or 0
    with Child(Teller) as child:
        assert child.start("peak").result() < mine - len(held) // 2
    assert mine > len(held)


def test_a_child_that_cannot_start_says_so() -> None:
    with Child(operator.truediv, 1, 0) as child, pytest.raises(ZeroDivisionError):
        child.start("__abs__").result()


SPINNING = """
class Spinner:
    def spin(self):
        while True:
            pass


if __name__ == "__main__":
    from studies.bench.child import Child

    with Child(Spinner) as child:
        child.start("spin").result()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent has ended")
def test_a_benchmark_that_is_killed_leaves_nobody_computing(tmp_path: Path) -> None:
    script = tmp_path / "spinning.py"
    script.write_text(SPINNING)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))},
    ) as parent:
        deadline, children = time.monotonic() + 300, []
        while time.monotonic() < deadline and not any(child.cpu_times().user > 1 for child in children):
            children = psutil.Process(parent.pid).children(recursive=True)
            time.sleep(0.1)
        parent.kill()
    assert children
    _, alive = psutil.wait_procs(children, timeout=300)
    for child in alive:
        child.kill()
    assert alive == []
