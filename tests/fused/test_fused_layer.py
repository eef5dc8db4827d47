"""The fused layer against PyTorch's own layers: values, gradients, running statistics; and when it stands back."""

import os
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sl.fused import NormPoolRelu, compiled, enable, layer

SHAPES = [(128, 64, 14, 14), (32, 196, 8, 8), (5, 7, 4, 6), (40, 1, 2, 2), (3, 33, 6, 2)]
LAST = torch.channels_last


@pytest.fixture
def fused() -> None:
    enable(True)
    if compiled.library() is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("the fused layers need g++ and PyTorch with OpenMP; one of them is missing")


def images(shape: tuple[int, ...], dtype: torch.dtype = torch.float32, seed: int = 0) -> Tensor:
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 1.5 + 3
    return drawn.to(dtype).contiguous(memory_format=LAST)


def results(x: Tensor, pool: bool, layers: nn.Module) -> list[Tensor]:
    """Value, gradients and running statistics of BN, pooling and ReLU; `layers` is the layer or its parts."""
    norm = next(module for module in layers.modules() if isinstance(module, nn.BatchNorm2d))
    norm.eps, norm.momentum = 1e-3, 0.3
    random = torch.Generator().manual_seed(1)
    with torch.no_grad():  # some weights below 0: the greatest input is the least output
        norm.weight.copy_(torch.randn(norm.weight.shape, generator=random))
        norm.bias.copy_(torch.randn(norm.bias.shape, generator=random))
        before_relu = functional.batch_norm(x.double(), None, None, norm.weight.double(), norm.bias.double(), True)
        near = (functional.max_pool2d(before_relu, 2) if pool else before_relu).abs() < 1e-3
    given = x.clone().requires_grad_()
    y = layers(given)
    gradient = torch.randn(y.shape, generator=random)
    gradient[near] = 0  # on which side of 0 such a value falls is rounding
    y.backward(gradient.to(y.dtype))
    assert given.grad is not None
    assert norm.weight.grad is not None
    assert norm.bias.grad is not None
    statistics = [norm.running_mean, norm.running_var, norm.num_batches_tracked]
    return [y.detach(), given.grad, norm.weight.grad, norm.bias.grad, *statistics]


def published_order(channels: int, pool: bool) -> nn.Module:
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), *([nn.MaxPool2d(2)] if pool else []))


def distance(one: Tensor, other: Tensor) -> float:
    """Norm of the difference as a share of the norm."""
    return ((one.double() - other.double()).norm() / other.double().norm()).item()


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_as_the_published_layers_in_double_precision(shape: tuple[int, ...], pool: bool) -> None:
    x = images(shape)
    own = results(x, pool, NormPoolRelu(shape[1], pool))
    exact = results(x.double(), pool, published_order(shape[1], pool).double())
    assert own[0].shape == exact[0].shape
    assert own[0].is_contiguous(memory_format=LAST)
    for mine, other in zip(own, exact, strict=True):
        assert distance(mine, other) < 1e-5


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize("pool", [False, True])
def test_bfloat16_is_as_near_to_double_precision_as_pytorch_is(pool: bool) -> None:
    x = images((64, 64, 14, 14), torch.bfloat16)
    exact = results(x.double(), pool, published_order(64, pool).double())
    pytorch = results(x, pool, published_order(64, pool))
    own = results(x, pool, NormPoolRelu(64, pool))
    for mine, theirs, other in zip(own, pytorch, exact, strict=True):
        assert distance(mine, other) < 1.2 * distance(theirs, other) + 1e-6


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_channel_is_rounded_alike_alone_and_among_others(dtype: torch.dtype, pool: bool) -> None:
    """Of many channels the most are computed as vectors, and the last few are not."""
    x, gradient = images((6, 191, 4, 4), dtype), images((6, 191, *([2, 2] if pool else [4, 4])), dtype, seed=1)

    def trained(chosen: slice) -> list[Tensor]:
        given = x[:, chosen].contiguous(memory_format=LAST).requires_grad_()
        layer = NormPoolRelu(given.shape[1], pool)
        y = layer(given)
        y.backward(gradient[:, chosen])
        assert given.grad is not None
        assert layer.weight.grad is not None
        own = torch.stack([layer.weight.grad, layer.running_mean, layer.running_var], 1)
        return [y.detach().transpose(0, 1), given.grad.transpose(0, 1), own]

    together = trained(slice(None))
    for start, width in [(0, 1), (9, 5), (127, 32), (150, 17), (190, 1)]:
        for part, alone in zip(together, trained(slice(start, start + width)), strict=True):
            assert torch.equal(part[start : start + width], alone)


@pytest.mark.usefixtures("fused")
def test_of_equal_values_the_first_gets_the_gradient() -> None:
    x = torch.randint(0, 3, (16, 32, 8, 8)).float().contiguous(memory_format=LAST)
    own, exact = results(x, True, NormPoolRelu(32, True)), results(x, True, published_order(32, True))
    torch.testing.assert_close(own[1], exact[1], rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("fused")
def test_no_gradient_passes_where_relu_gives_exactly_0() -> None:
    for layers in (NormPoolRelu(3, True), published_order(3, True)):
        norm = next(module for module in layers.modules() if isinstance(module, nn.BatchNorm2d))
        nn.init.zeros_(norm.weight)  # and the bias is 0: so is every value
        layers(images((4, 3, 4, 4))).sum().backward()
        assert norm.bias.grad is not None
        assert not norm.bias.grad.any()


@pytest.mark.usefixtures("fused")
def test_a_second_derivative_is_refused() -> None:
    """There is no function for it: without the error it would lack what comes through the layer."""
    x = images((4, 3, 4, 4)).requires_grad_()
    (gradient,) = torch.autograd.grad(NormPoolRelu(3, True)(x).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


@pytest.mark.usefixtures("fused")
def test_a_mean_far_from_0_costs_the_variance_no_digits() -> None:
    x, own = images((32, 5, 8, 8)) + 1000, NormPoolRelu(5)
    own.momentum = 1
    own(x)
    torch.testing.assert_close(own.running_var.double(), x.double().var((0, 2, 3)), rtol=1e-5, atol=0)


@pytest.mark.usefixtures("fused")
def test_bfloat16_is_rounded_to_even() -> None:
    """1 + 2^-8 lies between 1 and 1 + 2^-7, and 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6."""
    own = NormPoolRelu(2).eval()
    own.eps = 0
    with torch.inference_mode():
        own.bias.copy_(torch.tensor([2**-8, 3 * 2**-8]))
        found = own(torch.ones(1, 2, 2, 1, dtype=torch.bfloat16).contiguous(memory_format=LAST))
    assert found[0, :, 0, 0].tolist() == [1, 1 + 2**-6]


@pytest.mark.usefixtures("fused")
def test_one_value_has_no_variance_as_in_pytorch() -> None:
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        NormPoolRelu(3)(images((1, 3, 1, 1)))


@pytest.mark.usefixtures("fused")
def test_evaluation_uses_the_running_statistics() -> None:
    fused_layer = NormPoolRelu(33, True).eval()
    fused_layer.running_mean.uniform_(2, 4)
    fused_layer.running_var.uniform_(1, 3)
    x = images((4, 33, 6, 6))
    with torch.inference_mode():
        own = fused_layer(x)
        enable(False)
        torch.testing.assert_close(own, fused_layer(x))
    assert fused_layer.num_batches_tracked == 0


@pytest.mark.usefixtures("fused")
def test_the_number_of_threads_does_not_matter() -> None:
    x, found = images((33, 40, 8, 8), torch.bfloat16), []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        found.append(results(x, True, NormPoolRelu(40, True)))
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.usefixtures("fused")
def test_not_a_number_is_not_hidden() -> None:
    x = images((4, 3, 4, 4))
    x[0, 1, 0, 0] = torch.nan
    assert NormPoolRelu(3, True)(x)[:, 1].isnan().all()
    assert not NormPoolRelu(3, True)(x)[:, 0].isnan().any()


@pytest.mark.usefixtures("fused")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_not_a_number_is_not_hidden_in_evaluation_wherever_in_its_window_it_is(
    place: tuple[int, int], dtype: torch.dtype
) -> None:
    x = images((4, 3, 4, 4), dtype)
    x[0, 1, place[0], 2 + place[1]] = torch.nan
    with torch.inference_mode():
        own, exact = NormPoolRelu(3, True).eval()(x), published_order(3, True).eval()(x)
    torch.testing.assert_close(own, exact, equal_nan=True)
    assert own.isnan().nonzero().tolist() == [[0, 1, 0, 1]]


@pytest.mark.parametrize(
    ("x", "training"),
    [
        (torch.randn(2, 3, 4, 4), True),  # another memory order
        (images((2, 3, 5, 4)), True),  # odd
        (images((2, 3, 4, 4)).double(), True),
        (images((2, 3, 4, 4), torch.bfloat16), True),  # its weight too
        (images((2, 3, 4, 4)), False),  # gradients with fixed statistics
    ],
)
def test_other_inputs_are_left_to_pytorch(x: Tensor, training: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer, "_enabled", True)
    monkeypatch.setattr(layer, "library", lambda: pytest.fail("the compiled functions were called"))
    own = NormPoolRelu(3, True).to(x.dtype).train(training)
    reference = published_order(3, True).to(x.dtype).train(training)
    torch.testing.assert_close(own(x), reference(x))


def test_without_a_compiler_pytorch_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    assert compiled.library.__wrapped__() is None
    monkeypatch.setattr(layer, "library", compiled.library.__wrapped__)
    enable(True)
    x = images((4, 3, 4, 4))
    torch.testing.assert_close(NormPoolRelu(3, True)(x), published_order(3, True)(x))


def test_a_compiler_that_fails_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", "false")
    assert compiled.library.__wrapped__() is None
    monkeypatch.setenv("CXX", str(tmp_path / "missing"))
    assert compiled.library.__wrapped__() is None


def test_a_user_without_a_home_folder_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers: no HOME, and no entry in the list of users."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 2)
    with pytest.raises(RuntimeError):
        compiled.cache_folder()
    monkeypatch.setattr(compiled, "loaded_openmp", lambda: Path("libgomp.so"))
    monkeypatch.setenv("CXX", "true")
    assert compiled.library.__wrapped__() is None


@pytest.mark.usefixtures("fused")
def test_it_is_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    openmp, compiler = compiled.loaded_openmp(), compiled.shutil.which("g++")
    assert openmp is not None
    assert compiler is not None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = compiled.built([compiler], openmp)
    written = first.stat().st_mtime_ns
    assert compiled.built([compiler], openmp) == first
    assert first.stat().st_mtime_ns == written
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@pytest.mark.usefixtures("fused")
def test_openmp_is_found_below_a_folder_with_blanks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    openmp, compiler = compiled.loaded_openmp(), compiled.shutil.which("g++")
    assert openmp is not None
    assert compiler is not None
    moved = tmp_path / "my  folder" / openmp.name
    moved.parent.mkdir()
    moved.write_bytes(openmp.read_bytes())
    (tmp_path / "maps").write_text(compiled.MAPS.read_text().replace(str(openmp), str(moved)))
    monkeypatch.setattr(compiled, "MAPS", tmp_path / "maps")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "my cache"))
    assert compiled.loaded_openmp() == moved
    assert compiled.built([compiler], moved).exists()


def test_another_source_or_option_is_compiled_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Or the numbers would be those of the old one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiled, "call", lambda *command: Path(command[-1]).touch() or b"")
    (tmp_path / "changed.cpp").write_bytes(compiled.SOURCE.read_bytes() + b"// changed")
    found = [compiled.built(["g++"], Path("libgomp.so"))]
    for name, value in (("OPTIONS", ("-O2",)), ("SOURCE", tmp_path / "changed.cpp")):
        monkeypatch.setattr(compiled, name, value)
        found.append(compiled.built(["g++"], Path("libgomp.so")))
    found.append(compiled.built(["g++"], Path("libiomp5.so")))
    assert len(set(found)) == 4


@pytest.mark.usefixtures("fused")
def test_a_compiler_may_be_a_command_with_arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As in CXX="ccache g++", which PyTorch's own builds take."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", "env g++")
    assert compiled.library.__wrapped__() is not None
    monkeypatch.setenv("CXX", "g++ 'not closed")
    assert compiled.library.__wrapped__() is None
