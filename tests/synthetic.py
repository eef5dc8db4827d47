"""Invented run records in the project's format, for tests of what reads them; none of their numbers is a result."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from sl.comparison import RunGroup, run_groups
from sl.config.stated import stated_recipe
from sl.record import load_all
from sl.record.lines import parse, serialise
from sl.record.run import Array
from sl.record.write import sealed

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
LOSSES: dict[str, dict[str, Any]] = {
    "ce": {"_target_": "sl.losses.CrossEntropy"},
    "lsr": {"_target_": "sl.losses.LabelSmoothing", "epsilon": 0.1},
    "gce": {"_target_": "sl.losses.GeneralizedCrossEntropy", "q": 0.7},
    "mae": {"_target_": "sl.losses.MeanAbsoluteError"},
    "sl": {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.1, "beta": 1.0, "log_zero": -9.2103},
    "rce": {"_target_": "sl.losses.ReverseCrossEntropy", "log_zero": -9.2103},
    "lsr_sl": {"_target_": "sl.losses.LabelSmoothing", "epsilon": 0.1},
    "forward": {"_target_": "sl.losses.ForwardCorrection", "transition": "noise"},
    "forward_sl": {"_target_": "sl.losses.ForwardCorrection", "transition": "noise"},
}
ROBUST = {"ce": 0.0, "lsr": 0.1, "mae": 0.5, "gce": 0.6, "rce": 0.7, "forward": 0.7, "lsr_sl": 0.8}  # others 0.9
FULL_IMAGES = (50000, 10000)


def recipe_values(dataset: str, recipe: str) -> dict[str, Any]:
    """What a run records of a recipe: all that configs/ state but the network and SL's parameters."""
    stated = stated_recipe(dataset, recipe)
    return {key: value for key, value in stated.items() if key not in ("model", "sl")} or {"lr": 0.01}


def header(
    loss: str = "ce",
    noise: str = "symmetric",
    rate: float = 0.4,
    seed: int = 0,
    *,
    dataset: str = "cifar10",
    scale: str = "cpu",
    recipe: str = "authors_code",
    epochs: int = 12,
    classes: int = 10,
    loss_options: dict[str, Any] | None = None,
    noise_options: dict[str, Any] | None = None,
    recipe_options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The first line of a record; `scale` cpu means a tenth of the images and a tenth of the epochs."""
    shares = (0.1, 0.2, 0.1) if scale == "cpu" else (1.0, 1.0, 1.0)
    names = CIFAR10 if classes == 10 else [f"class{k}" for k in range(classes)]
    kind = {"_target_": f"sl.noise.{noise.title()}"} | ({} if noise == "none" else {"rate": rate, "exact": True})
    rate = 0.0 if noise == "none" else rate
    transition = (1 - rate) * np.eye(classes) + rate / (classes - 1) * (1 - np.eye(classes))
    config = {
        "dataset": {"_target_": "sl.data.Cifar10"},
        "noise": kind | (noise_options or {}),
        "model": {"_target_": "sl.models.Cnn8"},
        "loss": LOSSES[loss] | (loss_options or {}),
        "recipe": recipe_values(dataset, recipe) | (recipe_options or {}),
        "scale": {"train_share": shares[0], "test_share": shares[1], "epoch_share": shares[2]},
        "seed": seed,
        "precision": "float32",
        "names": {
            "dataset": dataset, "noise": noise, "model": "recipe", "loss": loss, "recipe": recipe, "scale": scale
        },
    }  # fmt: skip
    text = json.dumps([config, epochs, classes])
    return as_line(
        {
            "kind": "run",
            "format": 1,
            "identity": hashlib.sha256(text.encode()).hexdigest()[:16],
            "config": config,
            "data": {
                "name": dataset,
                "class_names": names,
                "train_images": round(FULL_IMAGES[0] * shares[0]),
                "test_images": round(FULL_IMAGES[1] * shares[1]),
                "paper_train_images": FULL_IMAGES[0],
                "fingerprint": "invented",
            },
            "scale": {
                **dict(config["scale"]),
                "name": scale,
                "epochs": epochs,
                "paper_epochs": round(epochs / shares[2]),
                "batch_size": 128,
                "paper_batch_size": 128,
            },
            "noise": {"realised_rate": rate, "fingerprint": "invented", "transition": transition.tolist()},
            "stages": {"early": 1, "middle": max(1, epochs // 2), "late": max(1, epochs - 2)},
            "provenance": {
                "commit": "0123456789abcdef",
                "dirty": False,
                "packages": {"torch": "2.0"},
                "python": "3.11.0",
                "device": "cpu: invented, 1 thread",
                "precision": "float32",
                "step": "eager",
                "started": "2026-01-01T00:00:00+00:00",
            },
        }
    )


def as_line(values: dict[str, Any]) -> dict[str, Any]:
    """`values` as the record's schema takes and writes them."""
    return json.loads(serialise(parse(json.dumps(values).encode())))


def lines(head: dict[str, Any]) -> list[dict[str, Any]]:
    """A whole record that begins with `head`: invented curves that rise, SL's higher than CE's; one per seed."""
    classes, epochs = len(head["data"]["class_names"]), head["scale"]["epochs"]
    seed, rate = head["config"]["seed"], head["noise"]["realised_rate"]
    robust = ROBUST.get(head["config"]["names"]["loss"], 0.9)
    random = np.random.default_rng([seed, round(100 * rate), round(10 * robust)])
    ceiling = np.linspace(0.95, 0.7, classes) - 0.5 * rate * (1 - robust)
    ceiling[[3 % classes, 1]] = ceiling[[1, 3 % classes]]
    body: list[dict[str, Any]] = []
    for epoch in range(1, epochs + 1):
        rise = 1 - np.exp(-4 * epoch / epochs)
        accuracy = np.clip(ceiling * rise + random.normal(0, 0.015, classes), 0, 1)
        body.append(
            {
                "kind": "epoch",
                "epoch": epoch,
                "lr": 0.01,
                "train_loss": 2.0 - rise,
                "noisy_accuracy": 0.6 * rise,
                "clean_accuracy": 0.8 * rise,
                "right_accuracy": 0.95 * rise,
                "wrong_memorised": rise * 0.3 * (1 - robust) if rate else None,
                "wrong_corrected": 0.6 * rise * (0.7 + 0.3 * robust) if rate else None,
                "test_accuracy": float(accuracy.mean()),
                "class_accuracy": accuracy.tolist(),
            }
        )
        for stage in (name for name, at in head["stages"].items() if at == epoch):
            confidence = np.full(classes, (1 - accuracy[3 % classes]) / (classes - 1))
            confidence[3 % classes] = accuracy[3 % classes]
            predictions = random.multinomial(300, confidence)
            confusion = [random.multinomial(200, np.full(classes, 1 / classes)).tolist() for _ in range(classes)]
            body.append(
                {
                    "kind": "probe",
                    "stage": stage,
                    "epoch": epoch,
                    "confusion": confusion,
                    "probe_class": 3 % classes,
                    "count": 300,
                    "confidence": (0.8 * confidence + 0.2 / classes).tolist(),
                    "predictions": predictions.tolist(),
                }
            )
    end = {"kind": "end", "epoch_seconds": [1.0] * epochs, "seconds": float(epochs), "finished": "2026-01-01T01:00:00"}
    return [head, *map(as_line, [*body, end])]


def write(root: Path, record: list[dict[str, Any]]) -> Path:
    """Write the lines of a record where a run would; returns its path."""
    path = root / record[0]["data"]["name"] / f"{record[0]['identity']}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in record))
    return path


def record(root: Path, *arguments: Any, **options: Any) -> Path:
    """Write a whole invented record; arguments as `header`."""
    return write(root, lines(header(*arguments, **options)))


def diverged(root: Path, *arguments: Any, **options: Any) -> Path:
    """Write an invented record whose loss was no number in epoch 2; arguments as `header`."""
    last = {"kind": "diverged", "epoch": 2, "step": 3, "lr": 0.1, "loss": "nan", "finished": "2026"}
    return write(root, [*lines(header(*arguments, **options))[:2], last])


def ending(root: Path, accuracy: float, *arguments: Any, **options: Any) -> Path:
    """Write a whole invented record whose test accuracy is this after the last epoch; other arguments as `header`."""
    record = lines(header(*arguments, **options))
    [line for line in record if line["kind"] == "epoch"][-1]["test_accuracy"] = accuracy
    return write(root, record)


def run_group_of(root: Path, seeds: dict[str, int], **options: Any) -> RunGroup:
    """Write so many seeds of each loss, in one setting: SL's curves are the highest on every seed, MAE's near GCE's."""
    for loss, n in seeds.items():
        for seed in range(n):
            record(root, loss, seed=seed, **options)
    (group,) = run_groups(load_all(root))
    return group


def curves(loss: str, what: str, seeds: Iterable[int] = (0, 1, 2), **options: Any) -> Array:
    """What the records of these seeds hold at each epoch, (seeds, epochs, ...): straight from the invented lines."""
    records = [lines(header(loss, seed=seed, **options)) for seed in seeds]
    return np.array([[line[what] for line in record if line["kind"] == "epoch"] for record in records])


def own(root: Path, loss: str, names: tuple[str, ...] = ("ant", "bee", "wasp"), seed: int = 0) -> Path:
    """Write an invented record of somebody's own pictures, of whose labels nobody knows which are right."""
    record = lines(header(loss, "none", seed=seed, dataset="folder", scale="paper", classes=len(names)))
    record[0]["data"] |= {"class_names": list(names), "labels": "given"}
    record[0]["noise"]["realised_rate"] = None
    unknown = ("clean_accuracy", "right_accuracy", "wrong_memorised", "wrong_corrected")
    return write(root, [line | dict.fromkeys(unknown) if line["kind"] == "epoch" else line for line in record])


def class_training(path: Path, memorised: Iterable[float], learnt: Iterable[float]) -> Path:
    """Give the record at `path` shares of each true class's training images, the same at each stage; returns `path`."""
    by_class = [
        {
            "noisy_accuracy": 0.5,
            "clean_accuracy": 0.5,
            "right_accuracy": right,
            "wrong_memorised": wrong,
            "wrong_corrected": 0.9 * (1 - wrong),
        }
        for wrong, right in zip(memorised, learnt, strict=True)
    ]
    record = [json.loads(line) for line in path.read_text().splitlines()]
    probes = {"training_by_class": by_class}
    return write(path.parents[1], [line | probes if line["kind"] == "probe" else line for line in record])


def representations(path: Path, spread: float, images: int = 200, dimensions: int = 8) -> None:
    """Beside the record at `path`, invented representations: classes of unit distance and this spread."""
    random = np.random.default_rng(0)
    labels = np.arange(images) % 10
    points = np.eye(10, dimensions)[labels] + random.normal(0, spread, (images, dimensions))
    np.savez_compressed(path.with_suffix(".npz"), representation=points.astype(np.float16), labels=labels)


def seal(path: Path) -> Path:
    """Give the record its checksum, as the trainer does."""
    lines = path.read_bytes().splitlines(keepends=True)
    before = b"".join(lines[:-1])
    path.write_bytes(before + sealed(parse(lines[-1]), before))  # type: ignore[arg-type]
    return path
