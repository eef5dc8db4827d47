"""Measure the training speed on images mapped from a file (`storage=mapped`) against the same images in memory.

python scripts/bench_storage.py out=results/storage

Epochs of both take turns, so that other work on the machine slows both. The file was written a moment before and is in
the operating system's cache: the figures show the cost of mapping, not the speed of a disk.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from sl.command_line import run_script
from sl.config.compose import compose_run
from sl.data import Dataset
from sl.data.mapped import mapped_rows
from sl.files import replace_json
from sl.losses import SymmetricCrossEntropy
from sl.models import Cnn8
from sl.train.device import apply_runtime, resolve_runtime
from sl.train.device_data import DeviceData
from sl.train.engine import Engine
from sl.train.plan import batch_sizes
from sl.train.seeds import generator
from studies.bench.command import header
from studies.bench.machine import machine_slug

CLASSES, WIDTH, THREADS = 10, 0.25, 1
CASES = {"32 px": (2000, 32), "64 px": (500, 64)}  # images and their side: an epoch takes seconds
ROUNDS = 5


def random_dataset(images: int, side: int) -> Dataset:
    """Random images (images, 3, side, side) whose labels go through the classes in turn."""
    pixels = torch.randint(256, (images, 3, side, side), dtype=torch.uint8, generator=generator(0, "images"))
    labels, names = torch.arange(images) % CLASSES, tuple(map(str, range(CLASSES)))
    return Dataset("noise", pixels, labels, pixels[:CLASSES], labels[:CLASSES], names, torch.arange(images))


def engine_on(dataset: Dataset, side: int) -> Engine:
    """An engine with a narrow cnn8: its step is so short that the time to gather a batch shows."""
    config = compose_run(["dataset=folder", "data_dir=.", "recipe=authors_code", f"runtime.threads={THREADS}"])
    runtime = resolve_runtime(config.runtime)
    apply_runtime(runtime)
    recipe = config.recipe
    data = DeviceData(dataset, recipe.normalisation, runtime.device)
    loss = SymmetricCrossEntropy(alpha=0.1, beta=1.0)
    return Engine(Cnn8(CLASSES, (3, side, side), WIDTH), loss, data, recipe, recipe.batch_size, runtime)


def epoch_seconds(engine: Engine, number: int) -> float:
    """The seconds of epoch `number`, without evaluation."""
    count = len(engine.data.noisy)
    order = torch.randperm(count, generator=generator(0, "order", number))
    draws = engine.augmentation.draw(count, engine.data.image_shape, generator(0, "augmentation", number))
    rates = torch.full((len(batch_sizes(count, engine.batch_size)),), 1e-4)
    began = perf_counter()
    engine.train_epoch(order, draws, rates)[0].item()
    return perf_counter() - began


def compared(images: int, side: int, rounds: int) -> dict[str, Any]:
    """Seconds of the epochs by storage, and median and range over rounds of the speed mapped / speed in memory."""
    memory = random_dataset(images, side)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        pixels = mapped_rows(memory.train_images, torch.arange(images), scratch)
        engines = {
            "memory": engine_on(memory, side),
            "mapped": engine_on(replace(memory, train_images=pixels, scratch=scratch), side),
        }
        seconds: dict[str, list[float]] = {name: [] for name in engines}
        for number in range(rounds + 1):
            for name, engine in engines.items():
                seconds[name].append(round(epoch_seconds(engine, number), 3))
    later = {name: values[1:] for name, values in seconds.items()}  # the first epoch warms up
    ratios = [fast / slow for fast, slow in zip(later["memory"], later["mapped"], strict=True)]
    speed = {"median": round(median(ratios), 3), "lowest": round(min(ratios), 3), "highest": round(max(ratios), 3)}
    return {"images": images, "side": side, "rounds": rounds, "seconds": later, "mapped_speed": speed}


def main(out: Path = Path("results/storage")) -> None:
    """Measure training speed on images in a file beside images in memory.

    out: folder to write to
    """
    record = header() | {"network": f"cnn8, width {WIDTH}", "threads": THREADS}
    for name, (images, side) in CASES.items():
        record["cases"][name] = compared(images, side, ROUNDS)
    path = out / f"{machine_slug(record['machine'])}.json"
    replace_json(path, record)
    print(path)


if __name__ == "__main__":
    run_script(main)
