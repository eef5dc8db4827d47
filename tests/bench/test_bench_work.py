"""Counted operations, the projection, the machine's name, the images that stand in."""

import json
import platform

import pytest
import torch

from sl.bench.case import CASES, case_job, random_images
from sl.bench.machine import busy_cores, describe_machine, matmul_rate, slug
from sl.bench.projection import grid_runs, run_seconds
from sl.bench.work import training_flops
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


def test_the_grid_has_a_run_for_every_loss_noise_and_seed() -> None:
    assert grid_runs() == 7 * (1 + 3 + 3) * 6


def test_a_run_trains_and_evaluates_in_every_epoch() -> None:
    facts = {"epochs": 120, "train_images": 50_000, "test_images": 10_000}
    assert run_seconds(facts, 1000, 5000) == pytest.approx(120 * (50 + 2))


def test_the_machine_is_described_without_its_name() -> None:
    machine = describe_machine(torch.device("cpu"))
    assert machine["cores"] >= 1
    assert machine["gpu"] is None
    assert platform.node() not in json.dumps(machine)
    assert slug({**machine, "gpu": "NVIDIA H200"}) == "nvidia-h200"


def test_rates_are_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sl.bench.machine.SIDE", {"cpu": 64})
    assert matmul_rate(Runtime(torch.device("cpu"), "float32", "eager", False, 1)) > 0
    busy = busy_cores(0.01)
    assert busy is None or busy >= 0


def test_random_bytes_stand_in_for_missing_images() -> None:
    job, real = case_job(CASES["cnn4"], ["data_dir=nowhere", "scale.train_share=0.01", "scale.test_share=0.01"])
    assert not real
    assert job.dataset.train_images.shape == (600, 1, 28, 28)
    assert case_job(CASES["digits"], [])[1]


def test_random_images_have_the_shape_of_the_real_ones() -> None:
    dataset = random_images("cifar10", CASES["cnn8"])
    assert dataset.train_images.shape == (50_000, 3, 32, 32)
    assert dataset.test_labels.bincount().tolist() == [1000] * 10
