"""A made-up run, told line by line."""

from pathlib import Path
from typing import Any

from sl.record.lines import as_recorded
from sl.record.schema import Epoch, Header, Probe

EPOCHS = 12
PATH = Path("results/runs/x.jsonl")
CLASS_NAMES = ["ant", "bee", "cat"]
DATA = {
    "name": "insects", "class_names": CLASS_NAMES, "train_images": 9, "test_images": 60, "paper_train_images": 90,
    "fingerprint": "f",
}  # fmt: skip
SCALE = {
    "name": "cpu", "epochs": EPOCHS, "paper_epochs": EPOCHS, "train_share": 0.1, "test_share": 0.2, "epoch_share": 1.0,
    "batch_size": 128, "paper_batch_size": 128,
}  # fmt: skip
MACHINE = {"python": "3.11.0", "device": "cpu", "precision": "float32", "started": "2026-01-01T00:00:00+00:00"}
STAGES = {"early": 1, "middle": 5, "late": 10}


def make_header(seed: int = 0, loss: str = "sl", **changes: Any) -> Header:
    names = {"dataset": "insects", "noise": "symmetric", "model": "cnn4", "loss": loss}
    header = {
        "identity": f"{seed:x}".zfill(16),
        "config": {
            "dataset": {"_target_": "sl.data.ImageFolder", "image_size": 32},
            "noise": {"_target_": "sl.noise.Symmetric", "rate": 0.4, "exact": True},
            "model": {"_target_": "sl.models.Cnn4"},
            "loss": {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.1, "beta": 1.0, "log_zero": -4.0},
            "recipe": {"epochs": EPOCHS, "milestones": [4, 8], "clip_norm": None},
            "scale": {"train_share": 0.1, "test_share": 0.2, "epoch_share": 1.0},
            "seed": seed,
            "precision": "float32",
            "names": {**names, "recipe": "of_their_own", "scale": "cpu"},
        },
        "data": DATA,
        "scale": SCALE,
        "noise": {"realised_rate": 0.4, "fingerprint": "f", "transition": [[0.6, 0.2, 0.2]] * 3},
        "stages": STAGES,
        "provenance": {"commit": None, "dirty": None, "packages": {"torch": "2"}, **MACHINE},
    }
    return Header.model_validate(header | changes)


def make_line(epoch: int, seed: int = 0, **changes: Any) -> Epoch:
    accuracy = [min(1.0, value) for value in (0.5 + epoch / 30, 0.9 - seed / 10, 0.123456789 + epoch / 40)]
    values = {
        "epoch": epoch,
        "lr": 0.01 / epoch,
        "train_loss": 3 / epoch + seed,
        "noisy_accuracy": 0.5,
        "clean_accuracy": 0.7,
        "right_accuracy": 0.75,
        "wrong_memorised": None if seed else 0.25,
        "wrong_corrected": None if seed else 0.5,
        "test_accuracy": sum(accuracy) / 3,
        "class_accuracy": accuracy,
    }
    return Epoch.model_validate(values | changes)


def make_probe(stage: str, epoch: int, **changes: Any) -> Probe:
    values = {
        "stage": stage,
        "epoch": epoch,
        "confusion": [[18, 0, 2], [1, 19, 0], [8, 4, 8 + epoch]],
        "probe_class": 2,
        "count": 5,
        "confidence": [0.2, 0.1, 0.7],
        "predictions": [1, 0, 4],
    }
    return Probe.model_validate(values | changes)


def tell(sinks: list[Any], header: Header, epochs: int = EPOCHS, finished: bool = True, path: Path = PATH) -> None:
    """Tell `sinks` a run as the trainer does."""
    seed = header.config.seed
    for sink in sinks:
        sink.start(header, path)
    for epoch in range(1, epochs + 1):
        for sink in sinks:
            sink.epoch(as_recorded(make_line(epoch, seed)))
        for stage in (stage for stage, when in STAGES.items() if when == epoch):
            for sink in sinks:
                sink.probe(make_probe(stage, epoch))
    for sink in sinks:
        sink.close(finished)
