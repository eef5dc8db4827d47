"""A network of pictures that were cut gets pictures that are cut, as in training."""

import csv
import json
import pickle
from pathlib import Path

import pytest
import torch
from clothing1m_stand_in import write_stand_in
from PIL import Image

import sl
from sl.config.compose import compose_run
from sl.data import Dataset
from sl.saved.files import model_path
from sl.saved.predict import predict_folder
from sl.train.engine import make_engine
from sl.train.prepared import prepare
from sl.train.save_model import save_model


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Dataset]:
    """The JSON of an untrained network for the stand-in of Clothing1M, whose margin is 16, and the data."""
    write_stand_in(tmp_path / "data")
    folders = [f"{name}_dir={tmp_path / name}" for name in ("data", "models")]
    small = ["dataset=clothing1m", "dataset.image_size=8", "dataset.storage=memory", "model=cnn4"]
    prepared = prepare(
        compose_run([*small, *folders, "loss=ce", "save=true", "runtime.threads=1", "runtime.device=cpu"])
    )
    save_model(make_engine(prepared), prepared)
    return model_path(tmp_path / "models", "clothing1m", prepared.identity), prepared.dataset


def test_the_transform_gives_what_was_trained_on(saved: tuple[Path, Dataset], tmp_path: Path) -> None:
    path, dataset = saved
    loaded = sl.load_model(path)
    for row in (0, 33):
        with Image.open(tmp_path / "data" / dataset.train_paths[row]) as picture:
            found = loaded.transform(picture)
        assert torch.equal(found, loaded.normalisation(dataset.train_images[row][None])[0])


def test_the_transform_can_be_sent_to_the_workers_of_a_data_loader(saved: tuple[Path, Dataset], tmp_path: Path) -> None:
    """Workers that are spawned get it pickled."""
    path, dataset = saved
    loaded = sl.load_model(path)
    sent = pickle.loads(pickle.dumps(loaded.transform))
    with Image.open(tmp_path / "data" / dataset.train_paths[0]) as picture:
        assert torch.equal(sent(picture), loaded.transform(picture))


def test_predictions_of_files_are_those_of_the_data(saved: tuple[Path, Dataset], tmp_path: Path) -> None:
    path, dataset = saved
    predict_folder(path, tmp_path / "data", tmp_path / "out.csv")
    lines = {line["path"]: line for line in csv.DictReader((tmp_path / "out.csv").read_text().splitlines())}
    confidence, labels = sl.load_model(path).probabilities(dataset.test_images).max(1)
    found = [lines[name] for name in dataset.test_paths]
    assert [line["label"] for line in found] == [dataset.class_names[label] for label in labels.tolist()]
    assert [float(line["confidence"]) for line in found] == pytest.approx(confidence.tolist(), abs=2e-6)


def test_the_onnx_file_names_the_margin(saved: tuple[Path, Dataset], tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install -e '.[onnx]'")
    import onnx

    from sl.saved.onnx import export_onnx

    export_onnx(saved[0], tmp_path / "model.onnx")
    facts = {fact.key: fact.value for fact in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert facts["margin"] == "16"


def test_a_network_that_was_saved_before_has_no_margin(saved: tuple[Path, Dataset], tmp_path: Path) -> None:
    path, dataset = saved
    about = json.loads(path.read_text())
    assert about.pop("margin") == 16
    path.write_text(json.dumps(about))
    loaded = sl.load_model(path)
    with Image.open(tmp_path / "data" / dataset.train_paths[0]) as picture:
        whole = picture.resize((8, 8), Image.Resampling.BILINEAR)
        assert torch.equal(loaded.transform(picture), loaded.transform(whole))
