"""Counted operations, runs an hour, the machine's name."""

import json
import platform

import pytest
import torch

from sl.bench.compare import runs_per_hour, training_flops
from sl.bench.machine import busy_cores, describe_machine, matmul_rate, slug
from sl.models import Cnn4, Cnn8
from sl.train.device import Runtime


def by_hand(blocks: list[list[int]], hidden: int, shape: tuple[int, int, int]) -> float:
    """2 operations per multiplication; three products per layer, but for the images' own gradient."""
    channels, side, _ = shape
    total = 0.0
    for block in blocks:
        for width in block:
            products = 2 if total == 0 else 3
            total += products * 2 * side**2 * channels * width * 9
            channels = width
        side //= 2
    return total + 3 * 2 * (channels * side**2 * hidden + hidden * 10)


@pytest.mark.parametrize(
    ("network", "blocks", "hidden", "shape"),
    [(Cnn4, [[32], [64]], 128, (1, 28, 28)), (Cnn8, [[64, 64], [128, 128], [196, 196]], 256, (3, 32, 32))],
)
def test_operations_are_counted_as_by_hand(
    network: type[Cnn4 | Cnn8], blocks: list[list[int]], hidden: int, shape: tuple[int, int, int]
) -> None:
    assert training_flops(network(10, shape), shape) == pytest.approx(by_hand(blocks, hidden, shape), rel=1e-6)


def test_a_run_trains_and_evaluates_in_every_epoch() -> None:
    facts = {"epochs": 120, "train_images": 50_000, "test_images": 10_000}
    assert runs_per_hour(facts, 1000, 5000) == pytest.approx(3600 / (120 * (50 + 2)))


def test_the_machine_is_described_without_its_name() -> None:
    machine = describe_machine(torch.device("cpu"))
    assert machine["cores"] >= 1
    assert machine["gpu"] is None
    assert platform.node() not in json.dumps(machine)
    assert slug({**machine, "gpu": "NVIDIA H200"}) == "nvidia-h200"


def test_zen_3_and_zen_4_have_files_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for able in ({"avx2"}, {"avx2", "avx512_f", "avx512_bf16"}, {"avx2", "avx512_f", "avx512_bf16", "amx_bf16"}):
        monkeypatch.setattr("torch.cpu.get_capabilities", lambda able=able: dict.fromkeys(able, True))
        names.append(slug(describe_machine(torch.device("cpu"))))
    assert len(set(names)) == 3
    assert [name.split("-")[-4:-2] for name in names[1:]] == [["avx512", "bf16"], ["amx", "bf16"]]
    assert "avx2" in names[0]


def test_rates_are_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sl.bench.machine.SIDE", {"cpu": 64})
    assert matmul_rate(Runtime(torch.device("cpu"), "float32", "eager", False, 1)) > 0
    assert busy_cores(0.01) >= 0
