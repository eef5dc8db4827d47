"""The benchmark as a whole, on digits and for an instant."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from sl.errors import UserError
from sl.train.device import Runtime
from studies.bench.ablation import changes_for
from studies.bench.command import WAYS, Kind, bench
from studies.bench.contender import EngineContender

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench.py"


class InlineChild:
    """A `Child` whose object lives in this process."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        self.made = make(*arguments)

    def wait(self) -> None:
        pass

    def start(self, method: str, *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(getattr(self.made, method)(*arguments))
        return done

    def __enter__(self) -> "InlineChild":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contenders run in this process and on the CPU, the reference loop without workers."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("studies.bench.measure.Child", InlineChild)
    monkeypatch.setattr("studies.bench.contender.cores", lambda: 0)
    monkeypatch.setattr("studies.bench.ablation.cores", lambda: 0)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def convolutions_as_before() -> Iterator[None]:
    """The precision of float32 convolutions, set back after the test."""
    convolutions = torch.backends.mkldnn.conv  # type: ignore[attr-defined]
    before = convolutions.fp32_precision
    yield
    convolutions.fp32_precision = before


def measure(out: Path, *cases: str, rounds: int = 1, kind: Kind = "comparison") -> Path:
    return bench(cases or ("digits",), rounds, 0.02, out, kind)


@pytest.mark.usefixtures("inline")
def test_figures_of_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = measure(tmp_path, rounds=2)
    record = json.loads(path.read_text())
    measured = record["cases"]["digits"]
    assert set(measured["images_per_second"]) > {"reference", "one run"}
    for times in measured["times_reference"].values():
        assert 0 < times["low"] <= times["median"] <= times["high"]
    assert measured["engine"]["peak_bytes"] > measured["engine"]["data_bytes"] > 0
    assert platform.node() not in path.read_text()
    assert os.getcwd() not in path.read_text()
    assert "| cnn4 on digits |" in capsys.readouterr().out


@pytest.mark.usefixtures("inline", "convolutions_as_before")
def test_every_change_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Compiling takes long; tests/train/test_compiled.py compiles.
    monkeypatch.setattr("sl.train.device.COMPILED", ())
    monkeypatch.setattr("sl.train.engine.COMPILED", ())
    memory_format = "sl.train.engine.Engine.memory_format"
    monkeypatch.setattr(memory_format, EngineContender("digits").engine.memory_format)  # set back after the test
    rows = json.loads(measure(tmp_path, kind="ablation").read_text())["cases"]["digits"]["changes"]
    assert {row["name"] for row in rows} >= {
        "everything: the reference loop",
        "images from PIL and worker processes",
        "channels first",
        "runtime=deterministic",
        "layers not fused",
        "one thread",
    }


@pytest.mark.usefixtures("convolutions_as_before")
def test_rounded_convolutions_are_measured_where_bfloat16_is_fast() -> None:
    name = "float32, convolutions allowed bfloat16"
    cpu = Runtime(torch.device("cpu"), "bfloat16", "eager", deterministic=False, threads=1)
    rounded = changes_for(cpu)[name]("digits")
    assert isinstance(rounded, EngineContender)
    assert rounded.engine.runtime.precision == "float32"
    assert torch.backends.mkldnn.conv.fp32_precision == "bf16"  # type: ignore[attr-defined]
    assert name not in changes_for(replace(cpu, precision="float32"))
    assert name not in changes_for(replace(cpu, device=torch.device("cuda")))


@pytest.mark.usefixtures("inline")
def test_a_change_that_cannot_be_made_here_loses_none_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot(case: str) -> Any:
        raise RuntimeError("on purpose")

    found = {"impossible": cannot, "one thread": partial(EngineContender, overrides=["runtime.threads=1"])}
    monkeypatch.setattr("studies.bench.ablation.changes_for", lambda runtime: found)
    path = measure(tmp_path, kind="ablation")
    assert [row["name"] for row in json.loads(path.read_text())["cases"]["digits"]["changes"]] == ["one thread"]
    assert "not measured: impossible: on purpose" in capsys.readouterr().err


@pytest.mark.usefixtures("inline")
def test_an_ablation_that_is_stopped_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(case: str) -> Any:
        raise KeyboardInterrupt

    found = {"one thread": partial(EngineContender, overrides=["runtime.threads=1"]), "stopped": stopped}
    monkeypatch.setattr("studies.bench.ablation.changes_for", lambda runtime: found)
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, kind="ablation")
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".part"
    assert [row["name"] for row in json.loads(path.read_text())["cases"]["digits"]["changes"]] == ["one thread"]


@pytest.mark.usefixtures("inline")
def test_a_step_is_listed_by_its_operators_on_a_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = measure(tmp_path, kind="step")
    measured = json.loads(path.read_text())["cases"]["digits"]
    launches = {part["name"]: part["launches"] for part in measured["parts"]}
    assert launches["aten::convolution_backward"] == 2  # of the two convolutions of cnn4
    assert launches["aten::addmm"] == 2  # its dense layers
    assert measured["busy_microseconds"] == pytest.approx(sum(p["microseconds"] for p in measured["parts"]), rel=0.01)
    times = [part["microseconds"] for part in measured["parts"][:-1]]
    assert times == sorted(times, reverse=True)
    assert path.stem.endswith("-step")
    assert "| the rest |" in capsys.readouterr().out


def test_what_is_measured_is_written_before_the_next_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(case: str, *_: object) -> Iterator[dict[str, Any]]:
        if case == "cnn8":
            raise KeyboardInterrupt
        yield {case: {"case": case}}

    monkeypatch.setitem(WAYS, "comparison", ("", compare, lambda record: []))
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, "digits", "cnn8")
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".part"
    assert json.loads(path.read_text())["cases"] == {"digits": {"case": "digits"}}


def test_a_file_with_more_cases_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WAYS, "comparison", ("", lambda case, *_: [{case: {}}], lambda record: []))
    path = measure(tmp_path, "digits", "cnn8")
    before = path.read_text()
    with pytest.raises(UserError, match=r"^cases=digits: must have cnn8 too, which .*json holds; or name another fold"):
        measure(tmp_path, "digits")
    assert path.read_text() == before
    assert set(json.loads(measure(tmp_path, "cnn4", "cnn8", "digits").read_text())["cases"]) == {
        "cnn4",
        "cnn8",
        "digits",
    }


def test_on_a_gpu_a_step_is_listed_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(case: str, overrides: Sequence[str] = ()) -> dict[str, Any]:
        return {"runtime": {"step": "graph"}, "with": list(overrides)}

    monkeypatch.setattr("studies.bench.step.profile_step", listed)
    monkeypatch.setitem(WAYS, "step", (*WAYS["step"][:2], lambda record: []))
    cases = json.loads(measure(tmp_path, kind="step").read_text())["cases"]
    assert {case: found["with"] for case, found in cases.items()} == {
        "digits": [],
        "digits, runtime=fast": ["runtime=fast"],
    }


def test_laps_longer_than_an_epoch_are_several_epochs() -> None:
    contender = EngineContender("digits")
    lengths: list[int] = []
    contender.train_on = lambda order: lengths.append(len(order))  # type: ignore[method-assign]
    batch = contender.prepared.plan.batch_size
    most = len(contender.prepared.noisy.labels) // batch
    contender.train(2 * most + 3)
    assert lengths == [most * batch, most * batch, 3 * batch]


def test_help_does_not_wait_for_torch(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was imported')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, str(SCRIPT), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ablation" in done.stdout


@pytest.mark.parametrize("option", ["seconds=-1", "seconds=nan", "rounds=0", "rounds=x", "cases=all", "out="])
def test_a_mistake_is_one_line(option: str) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), option], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"sl: error: {option.partition('=')[0]}=")
    assert len(done.stderr.splitlines()) == 1
