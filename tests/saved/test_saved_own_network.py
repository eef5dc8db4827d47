"""A kept network of one's own package is loaded where `allow_targets` names the package, and refused elsewhere."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

import sl
from sl.command_line import run_script
from sl.commands import export, predict
from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.saved.files import model_path
from sl.train.engine import Engine, make_engine
from sl.train.prepared import prepare
from sl.train.save_model import save_model

PACKAGE = """
from torch import Tensor, nn

from sl.models import Classifier


class OneLayer(Classifier):
    def __init__(self, num_classes: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = image_shape
        self.head = nn.Linear(channels * height * width, num_classes)

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class HeadAlone(OneLayer):
    def __init__(self, num_classes: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__(num_classes, image_shape)
        self.norm = nn.BatchNorm2d(image_shape[0], eps=0.25, momentum=0.5)
        self.head = nn.Sequential(nn.BatchNorm1d(self.head.in_features), self.head)

    @property
    def initialised_part(self) -> nn.Module:
        return self.head

    def features(self, images: Tensor) -> Tensor:
        return self.norm(images).flatten(1)
"""
REFUSAL = "model._target_=mine.OneLayer: must be a class of sl.models; allow_targets=[PACKAGE] adds your own"
ALLOWED = "allow_targets=[mine]"


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Engine, Path]]:
    """Keep the network of a class of the package `mine`, untrained: its engine, and its JSON."""
    (tmp_path / "mine.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)

    def kept(name: str) -> tuple[Engine, Path]:
        chosen = ["model=cnn4", f"model._target_=mine.{name}", "recipe.decay_on=none", ALLOWED, "dataset=digits"]
        device = ["runtime.threads=1", "runtime.device=cpu", "runtime.precision=float32"]
        prepared = prepare(compose_run([*chosen, *device, "loss=ce", "save=true", f"models_dir={tmp_path / 'models'}"]))
        engine = make_engine(prepared)
        save_model(engine, prepared)
        return engine, model_path(tmp_path / "models", "digits", prepared.identity)

    return kept


@pytest.fixture
def model(keep: Callable[[str], tuple[Engine, Path]]) -> Path:
    """The JSON of an untrained network."""
    return keep("OneLayer")[1]


@pytest.fixture
def status(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The exit status of a command's `main` with these arguments."""

    def run(main: Callable[..., None], *arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["sl", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            run_script(main)
        return int(stop.value.code or 0)

    return run


def test_load_model_needs_allow_targets(model: Path) -> None:
    with pytest.raises(UserError) as error:
        sl.load_model(model)
    assert str(error.value) == REFUSAL
    assert type(sl.load_model(model, allow_targets=["mine"]).module).__name__ == "OneLayer"


def test_batch_normalisation_has_the_recipes_constants_in_the_drawn_part_alone(
    keep: Callable[[str], tuple[Engine, Path]],
) -> None:
    engine, path = keep("HeadAlone")
    loaded, images = sl.load_model(path, allow_targets=["mine"]), Digits().load().test_images

    def constants(model: nn.Module) -> list[tuple[float, float | None]]:
        layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
        return [(layer.eps, layer.momentum) for layer in layers]

    assert constants(loaded.module) == constants(engine.model)
    assert (0.25, 0.5) in constants(loaded.module)
    torch.testing.assert_close(loaded.module(loaded.normalisation(images)), engine.predict(images))


def test_predict_needs_allow_targets(
    model: Path, tmp_path: Path, status: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = torch.arange(64, dtype=torch.uint8).reshape(8, 8)
    (tmp_path / "new").mkdir()
    Image.fromarray(pixels.numpy()).save(tmp_path / "new" / "a.png")
    typed = [model, tmp_path / "new", f"out={tmp_path / 'out.csv'}"]
    assert status(predict.main, *typed) == 2
    assert capsys.readouterr().err == f"sl: error: {REFUSAL}\n"
    assert status(predict.main, *typed, ALLOWED) == 0
    loaded = sl.load_model(model, allow_targets=["mine"])
    label = loaded.classes[int(loaded.probabilities(pixels[None, None]).argmax())]
    (line,) = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert (line["path"], line["label"]) == ("a.png", label)


def test_export_needs_allow_targets(
    model: Path, tmp_path: Path, status: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install -e '.[onnx]'")
    out = tmp_path / "model.onnx"
    assert status(export.main, model, f"out={out}") == 2
    assert capsys.readouterr().err == f"sl: error: {REFUSAL}\n"
    assert status(export.main, model, f"out={out}", ALLOWED) == 0
    assert out.exists()
