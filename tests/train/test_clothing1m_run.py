"""A few steps of the Clothing1M experiment on the stand-in: ResNet-50 from a file of weights, audit and search too."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from clothing1m_stand_in import write_stand_in
from torchvision.models import get_model

from sl.commands.train import main
from sl.config.compose import compose_run
from sl.record import read
from sl.train.device_data import DeviceData
from sl.train.engine import make_engine
from sl.train.epoch import train_one_epoch
from sl.train.prepared import prepare
from sl.train.run import train

Overrides = Callable[..., list[str]]


@pytest.fixture
def overrides(tmp_path: Path) -> Overrides:
    write_stand_in(tmp_path / "data")
    folders = [f"{name}_dir={tmp_path / name}" for name in ("runs", "checkpoints", "models")]
    short = ["dataset=clothing1m", f"data_dir={tmp_path / 'data'}", f"dataset.cache_dir={tmp_path / 'cache'}",
             "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu", "loss=sl"]  # fmt: skip
    return lambda *more: [*short, *folders, *more]


def test_the_papers_recipe_runs_on_resnet50(overrides: Overrides, tmp_path: Path) -> None:
    torch.manual_seed(0)
    torch.save(get_model("resnet50").state_dict(), tmp_path / "mine.pth")
    network = ("recipe=finetune", "model=torchvision", f"model.weights={tmp_path / 'mine.pth'}", "model.input_size=32")
    prepared = prepare(compose_run(overrides(*network)))
    assert prepared.dataset.image_shape == (3, 224, 224)
    assert (prepared.plan.epochs, prepared.plan.batch_size) == (10, 64)
    recorded = read(train(compose_run(overrides(*network, "recipe.epochs=2", "dataset.image_size=32"))))
    assert recorded.complete
    assert recorded.data.labels == "given"
    assert recorded.data.validation_images == 14
    assert all(epoch.validation_accuracy is not None for epoch in recorded.epochs)
    assert recorded.realised_rate is None


SMALL = ("dataset.image_size=8", "model=cnn4", "recipe.epochs=2", "recipe.batch_size=8")


def test_noisy_labels_are_held_out_in_place_of_the_checked_ones(overrides: Overrides) -> None:
    prepared = prepare(compose_run(overrides(*SMALL, "holdout=0.2")))
    assert prepared.validation is not None
    assert len(prepared.validation.labels) == 14
    assert len(prepared.dataset.train_labels) == 56


def test_a_sweeper_gets_the_accuracy_on_the_checked_labels(overrides: Overrides, tmp_path: Path) -> None:
    value = main(compose_run(overrides(*SMALL)))
    (record,) = (tmp_path / "runs").rglob("*.jsonl")
    assert value == read(record).validation()


def test_batches_from_the_file_are_those_of_memory(
    overrides: Overrides, forget_device: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU, where mapped images stay in their file and each batch is gathered on the host."""
    found = []
    for storage, resident in (("memory", True), ("mapped", False)):
        monkeypatch.setattr(DeviceData, "resident", resident)
        forget_device()
        prepared = prepare(compose_run(overrides(*SMALL, f"dataset.storage={storage}")))
        engine = make_engine(prepared)
        assert engine.data.images.data_ptr() == prepared.dataset.train_images.data_ptr()
        line, _ = train_one_epoch(engine, prepared.plan, seed=0, epoch=1)
        found.append((line, [value.clone() for value in engine.model.parameters()]))
    assert found[0][0] == found[1][0]
    assert all(torch.equal(one, other) for one, other in zip(found[0][1], found[1][1], strict=True))


def test_an_audit_is_about_the_noisy_training_labels(overrides: Overrides, tmp_path: Path) -> None:
    pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")
    from sl.audit.command import run_audit

    options = overrides(*SMALL, "folds=0", f"results_dir={tmp_path / 'audit'}", "jobs=1", "sheet=3")
    out = run_audit(compose_run(options, "audit"))
    lines = (out / "suspects.csv").read_text().splitlines()
    assert len(lines) == 1 + 70
    assert lines[1].split('"')[1].startswith("images/")
    assert json.loads((out / "noise.json").read_text())["images"] == 70


def test_a_search_by_held_out_noisy_labels(overrides: Overrides, tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="optuna is not installed: pip install -e '.[search]'")
    from sl.search.command import run_search

    options = overrides(*SMALL, "holdout=0.2", "search.trials=2", "search.jobs=1", f"results_dir={tmp_path / 'search'}")
    run_search(compose_run(options, "search"))
    (file,) = (tmp_path / "search").glob("clothing1m_*.json")
    assert len(json.loads(file.read_text())["trials"]) == 2
