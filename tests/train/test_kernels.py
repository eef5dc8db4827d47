"""A slow fall-back of bfloat16 convolutions is said once, in one line, with its cure; wrong ones are not used."""

import copy
import time
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from sl.models import ResNet44
from sl.models.classifier import Classifier
from sl.train import kernels
from sl.train.device import Runtime
from sl.train.engine import Engine, make_engine
from sl.train.machine import device_title, instruction_set
from sl.train.prepared import PreparedRun

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


def test_the_time_that_others_use_the_processor_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause stands for it. On a busy machine one precision may have to wait and the other not."""

    def interrupted(images: Tensor, weight: Tensor, padding: int) -> Tensor:
        time.sleep(0.1)
        return images.sum() + weight.sum()  # takes a hundredth of the pause

    monkeypatch.setattr(kernels, "conv2d", interrupted)
    assert kernels.convolution_seconds(torch.float32) < 0.1


def test_the_record_says_which_instruction_set_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    able = {"cpu_name": "AMD EPYC", "avx2": True, "avx512_bf16": False, "amx_bf16": False}
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: able)
    assert instruction_set() == "avx2"
    assert " avx2, 1 thread" in device_title(Runtime(CPU, "float32", "eager", False, 1))
    able["avx512_bf16"] = True
    assert " avx512_bf16, 1 thread" in device_title(Runtime(CPU, "float32", "eager", False, 1))


class Strided(Classifier):
    """A network of somebody's own with a strided 1x1 convolution of four channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.halved = nn.Conv2d(4, 8, 1, stride=2)
        self.head = nn.Linear(8, 10)

    def features(self, images: Tensor) -> Tensor:
        return self.halved(self.stem(images)).relu().mean((2, 3))


def test_a_step_with_a_strided_convolution_of_few_channels_is_right(make_prepared: Callable[..., PreparedRun]) -> None:
    """The first step has no momentum yet, so it is the rate times the gradient."""
    prepared = make_prepared("loss=ce", "recipe.decay_on=none")
    usual = make_engine(prepared)
    model = Strided()
    exact = copy.deepcopy(model).double()
    engine = Engine(model, usual.loss, usual.data, prepared.config.recipe, 32, prepared.runtime)
    index = torch.arange(32)
    images = usual.data.images[index].float() / 255
    engine.update(images, index)
    usual.loss(exact(images.double()), usual.data.noisy[index], index).backward()
    for own, other in zip(model.parameters(), exact.parameters(), strict=True):
        assert other.grad is not None
        torch.testing.assert_close(own.double(), other - prepared.config.recipe.lr * other.grad, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("layers", "fails"),
    [
        ([nn.Conv2d(4, 8, 1, stride=2)], True),
        ([nn.Conv2d(4, 8, 3, stride=2)], False),
        ([nn.Conv2d(4, 8, 1)], False),
        ([nn.Conv2d(16, 8, 1, stride=2)], False),
        ([ResNet44(10, (3, 32, 32), width=0.25)], False),
    ],
)
def test_which_networks_have_such_a_convolution(layers: list[nn.Module], fails: bool) -> None:
    assert kernels.channels_last_fails(nn.Sequential(*layers)) is fails
