"""The Python in docs/noise.md, records.md, your-own-data.md and extending.md runs, in a folder as after some runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
import torch
from fences import ROOT, blocks
from PIL import Image

from sl.config.compose import compose_run
from sl.data import ImageFolder
from sl.models import Classifier
from sl.noise.cifar_n import FILES
from sl.train.engine import make_engine
from sl.train.prepared import prepare
from sl.train.save_model import path_of_model, save_model


def python_of(page: str, title: str = "") -> list[str]:
    """The Python blocks of a page; those under headings that contain `title`."""
    shown = blocks(ROOT / "docs" / f"{page}.md")
    found = [block.text for block in shown if block.language == "python" and title in block.title]
    assert found
    return found


def test_records_and_one_that_has_just_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "results" / "runs"
    for seed in (0, 1):
        synthetic.record(folder, "sl", seed=seed)
    synthetic.write(folder, synthetic.lines(synthetic.header("ce"))[:1])
    monkeypatch.chdir(tmp_path)
    page: dict[str, object] = {"__name__": "page"}
    for text in python_of("records"):
        exec(text, page)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["cifar10", "sl"]] * 2
    assert lines[-1].startswith("sl symmetric 40 % 2 0.")
    shapes = {name: np.shape(page[name]) for name in ("accuracy", "by_class", "confusion", "mean_curve")}
    assert shapes == {"accuracy": (12,), "by_class": (12, 10), "confusion": (10, 10), "mean_curve": (12,)}


def test_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    if not (data_dir / "cifar-n" / FILES["cifar10"].file_name).exists():
        pytest.skip("cifar-n is not below SL_DATA_DIR")
    (tmp_path / "data").symlink_to(data_dir)
    monkeypatch.chdir(tmp_path)
    page: dict[str, object] = {"__name__": "page"}
    for text in python_of("noise"):
        exec(text, page)
    assert round(100 * float((page["true"] != page["worst"]).double().mean()), 1) == 40.2  # as published
    assert int((page["clean"] != page["noisy"]).sum()) == 400


def test_a_kept_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ["dataset=digits", "model=cnn4", "loss=ce", "save=true", f"models_dir={tmp_path / 'models'}"]
    prepared = prepare(compose_run([*chosen, "runtime.threads=1", "runtime.device=cpu"]))
    save_model(make_engine(prepared), prepared)
    path = path_of_model(prepared)
    path.rename(path.with_stem("0123456789abcdef"))
    path.parent.rename(tmp_path / "models" / "folder")
    monkeypatch.chdir(tmp_path)
    page: dict[str, Any] = {"__name__": "page", "picture": Image.new("RGB", (31, 20), (9, 90, 200))}
    for text in python_of("your-own-data", "Keep"):
        exec(text, page)
    assert page["logits"].shape == (1, len(page["model"].classes)) == (1, 10)


def test_pictures_of_an_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a folder they are read back: the same pixels and labels, in the same order."""
    given = np.random.default_rng(0).integers(0, 256, (30, 9, 9, 3), dtype=np.uint8)
    names = np.array(["ant", "bee", "cat"])[np.arange(30) % 3]
    monkeypatch.chdir(tmp_path)
    for text in python_of("your-own-data", "lay out"):
        exec(text, {"__name__": "page", "pictures": given, "labels": names})
    data = ImageFolder("mine", "my_pictures", 9).load()
    assert data.class_names == ("ant", "bee", "cat")
    images = torch.cat([data.train_images, data.test_images])
    classes = torch.cat([data.train_labels, data.test_labels])
    numbers = [int(Path(path).stem) for path in (*data.train_paths, *data.test_paths)]
    assert sorted(numbers) == list(range(30))
    assert np.array_equal(images.permute(0, 2, 3, 1).numpy(), given[numbers])
    assert [data.class_names[label] for label in classes] == list(names[numbers])


def test_a_network_of_ones_own() -> None:
    page: dict[str, Any] = {"__name__": "page"}
    for text in python_of("extending", "A network"):
        exec(text, page)
    net = page["Net"](num_classes=7, image_shape=(1, 8, 8))
    assert isinstance(net, Classifier)
    assert net(torch.zeros(5, 1, 8, 8)).shape == (5, 7)


def test_a_fair_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    accuracies = {"ce": 0.5, "sl": 0.6, "gce": 0.8}
    monkeypatch.chdir(tmp_path)
    for seed in range(5):
        for loss, accuracy in accuracies.items():
            synthetic.ending(tmp_path / "compared", accuracy + 0.01 * seed * (loss == "gce"), loss, seed=seed)
    (text,) = python_of("extending", "Compare a loss")
    exec(text.replace("my_loss", "gce"), {"__name__": "page"})
    above_ce, above_sl = capsys.readouterr().out.splitlines()
    assert above_ce.startswith("points above ce: Inference(mean=32.0")
    assert above_sl.startswith("points above sl: Inference(mean=22.0")
