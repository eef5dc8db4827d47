"""A slow fall-back of bfloat16 convolutions is said once, in one line, with its cure."""

from collections.abc import Iterator

import pytest
import torch

from sl.train import kernels
from sl.train.device import Runtime, describe, instruction_set

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What was said before does not count."""
    kernels._warn.cache_clear()
    yield
    kernels._warn.cache_clear()


@pytest.mark.parametrize(("factor", "said"), [(0.5, 0), (8.0, 1)])
def test_only_a_fall_back_is_said_and_only_once(
    factor: float, said: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kernels, "convolution_seconds", lambda dtype: factor if dtype == torch.bfloat16 else 1.0)
    for _ in range(2):
        kernels.warn_of_slow_kernels(Runtime(CPU, "bfloat16", "eager", False, 1))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == said
    assert all("runtime.precision=float32" in line and "8.0 times" in line for line in lines)


def test_float32_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "convolution_seconds", lambda dtype: pytest.fail("timed"))
    kernels.warn_of_slow_kernels(Runtime(CPU, "float32", "eager", False, 1))


def test_a_convolution_takes_some_time() -> None:
    assert 0 < kernels.convolution_seconds(torch.float32) < 10


def test_the_record_says_which_instruction_set_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    able = {"cpu_name": "AMD EPYC", "avx2": True, "avx512_bf16": False, "amx_bf16": False}
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: able)
    assert instruction_set() == "avx2"
    assert " avx2, 1 thread" in describe(Runtime(CPU, "float32", "eager", False, 1))
    able["avx512_bf16"] = True
    assert " avx512_bf16, 1 thread" in describe(Runtime(CPU, "float32", "eager", False, 1))
