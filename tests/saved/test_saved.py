"""A network that a run keeps gives the run's own predictions, and says so when it was changed."""

import csv
import functools
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import sl
from sl.commands import predict
from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.record.read import record_state
from sl.saved import predict as predicting
from sl.saved.files import model_path
from sl.saved.predict import predict_folder
from sl.tracker import ConsoleSink
from sl.train.described import describe_run
from sl.train.engine import make_engine
from sl.train.epoch import train_one_epoch
from sl.train.prepared import prepare
from sl.train.run import train
from sl.train.save_model import save_model

SHORT = (
    "dataset=digits", "noise=symmetric", "noise.rate=0.2", "loss=ce", "recipe.epochs=3", "scale.train_share=0.2",
    "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu",
)  # fmt: skip
Train = Callable[..., Path]


def short(folder: Path, *more: str) -> list[str]:
    """Overrides of a short run that writes below `folder`."""
    return [*SHORT, *(f"{name}_dir={folder / name}" for name in ("runs", "checkpoints", "models")), *more]


@pytest.fixture
def overrides(tmp_path: Path) -> Callable[..., list[str]]:
    return lambda *more: short(tmp_path, *more)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Train with save=true and these overrides, once for all tests; where the files of the run lie."""

    @functools.cache
    def run(*more: str) -> Path:
        folder = tmp_path_factory.mktemp("trained")
        train(compose_run(short(folder, "save=true", *more)))
        return folder

    return run


@pytest.fixture
def kept(trained: Train, tmp_path: Path) -> Train:
    """The JSON of a network trained with these overrides, below tmp_path with the other files of its run."""

    def copied(*more: str) -> Path:
        (path,) = copytree(trained(*more), tmp_path, dirs_exist_ok=True).glob("models/digits/*.json")
        return path

    return copied


def test_a_saved_narrow_network_is_loaded_as_narrow(kept: Train) -> None:
    path = kept("scale.width_share=0.5", "model=cnn4")
    assert sl.load_model(path).module.head.in_features == 64


@pytest.mark.parametrize("normalisation", ["pixel_mean", "channel", "none"])
def test_a_saved_network_scores_as_the_record_says(kept: Train, normalisation: str, tmp_path: Path) -> None:
    path = kept(f"recipe.normalisation={normalisation}")
    record = (tmp_path / "runs" / "digits" / path.with_suffix(".jsonl").name).read_text().splitlines()
    last = [json.loads(line) for line in record if '"kind":"epoch"' in line][-1]
    digits = Digits().load()
    loaded = sl.load_model(path)
    right = loaded.probabilities(digits.test_images).argmax(1) == digits.test_labels
    assert right.double().mean().item() == pytest.approx(last["test_accuracy"], abs=1e-5)
    assert last["test_accuracy"] > 0.2  # of a network that has learnt something
    assert loaded.classes == tuple("0123456789")
    about = json.loads(path.read_text())
    assert about["identity"] == path.stem
    assert about["image_shape"] == [1, 8, 8]


def test_the_statistics_that_are_saved_are_debiased(overrides: Callable[..., list[str]]) -> None:
    """After t steps with momentum m the average kept in training is 1 - (1 - m)^t times too small."""
    prepared = prepare(compose_run(overrides("save=true")))
    engine = make_engine(prepared)
    train_one_epoch(engine, prepared.plan, seed=0, epoch=1)
    save_model(engine, prepared)
    path = model_path(Path(prepared.config.models_dir), "digits", prepared.identity)
    norm = engine.model.fc1_norm
    lacking = (1 - norm.momentum) ** prepared.plan.steps_per_epoch
    assert lacking > 0.5
    saved = sl.load_model(path).module.fc1_norm
    torch.testing.assert_close(saved.running_var, norm.running_var / (1 - lacking))
    torch.testing.assert_close(saved.running_mean, norm.running_mean / (1 - lacking))
    loaded, images = sl.load_model(path), prepared.dataset.test_images
    torch.testing.assert_close(loaded.module(loaded.normalisation(images)), engine.predict(images))


def test_the_record_states_the_sha256_of_the_weights_whether_or_not_they_are_kept(
    overrides: Callable[..., list[str]], kept: Train, tmp_path: Path
) -> None:
    path = kept()
    record = tmp_path / "runs" / "digits" / path.with_suffix(".jsonl").name
    stated = json.loads(record.read_text().splitlines()[-1])["weights_sha256"]
    assert stated == hashlib.sha256(path.with_suffix(".safetensors").read_bytes()).hexdigest()
    assert stated == json.loads(path.read_text())["sha256"]
    path.unlink()
    record.unlink()
    assert json.loads(train(compose_run(overrides())).read_text().splitlines()[-1])["weights_sha256"] == stated
    assert not path.exists()


def test_a_full_disk_behind_stdout_costs_neither_record_nor_network(
    overrides: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        monkeypatch.setattr(ConsoleSink, "epoch", lambda *_: None)  # so that the first line is that of the network
        monkeypatch.setattr(ConsoleSink, "close", lambda *_: None)
        path = model_path(tmp_path / "models", "digits", train(compose_run(overrides("save=true"))).stem)
        sys.stdout.close()  # what took the place of the full one
    assert path.exists()
    assert record_state(tmp_path / "runs" / "digits" / path.with_suffix(".jsonl").name) == "complete"


def test_saving_leaves_the_identity_alone(overrides: Callable[..., list[str]]) -> None:
    identities = {describe_run(compose_run(overrides(*more))).identity for more in ([], ["save=true"], ["save=false"])}
    assert len(identities) == 1


def test_nothing_is_kept_of_published_data_unless_asked(overrides: Callable[..., list[str]], tmp_path: Path) -> None:
    train(compose_run(overrides()))
    assert not (tmp_path / "models").exists()
    with pytest.raises(UserError, match=r"^save=true: the network was not kept: there is no "):
        train(compose_run(overrides("save=true")))


def test_a_changed_file_is_refused(kept: Train) -> None:
    path = kept()
    weights = path.with_suffix(".safetensors")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(UserError, match="its sha256 must be the one"):
        sl.load_model(path)
    path.unlink()
    with pytest.raises(UserError, match="must be a file of a saved network"):
        sl.load_model(path)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The first digits as PNG of another size and mode, in folders."""
    digits = Digits().load()
    for row in range(12):
        grey = Image.fromarray(digits.test_images[row, 0].numpy())
        where = tmp_path / "pictures" / f"{row % 2}" / f"{row:02}.png"
        where.parent.mkdir(parents=True, exist_ok=True)
        grey.resize((8 + row, 16), Image.Resampling.NEAREST).convert("RGB").save(where)
    (tmp_path / "pictures" / ".hidden.png").write_bytes(b"no picture")
    return tmp_path / "pictures"


def test_predict_writes_a_line_for_each_picture(kept: Train, pictures: Path, tmp_path: Path) -> None:
    loaded = sl.load_model(kept())
    script = Path(__file__).parents[2] / "scripts" / "predict.py"
    model, out = tmp_path / "models" / "digits", tmp_path / "out.csv"
    (path,) = model.glob("*.json")
    done = subprocess.run(
        [sys.executable, str(script), str(path), str(pictures), f"out={out}"],
        check=False, capture_output=True, text=True, env={"PYTHONPATH": str(script.parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader(out.read_text().splitlines()))
    assert [line["path"] for line in lines] == sorted(f"{row % 2}/{row:02}.png" for row in range(12))
    for line in lines:
        with Image.open(pictures / line["path"]) as picture:
            logits = loaded.module(loaded.transform(picture)[None])[0]
        assert line["label"] == loaded.classes[int(logits.argmax())]
        assert float(line["confidence"]) == pytest.approx(logits.softmax(0).max().item(), abs=2e-6)


@pytest.mark.parametrize("picture", [np.zeros((8, 8, 3), np.uint8), torch.zeros(3, 8, 8), "a.png"])
def test_only_pil_images_are_transformed(kept: Train, picture: object) -> None:
    with pytest.raises(UserError, match=rf"^picture={type(picture).__name__}: must be a PIL image; "):
        sl.load_model(kept()).transform(picture)


def test_an_unreadable_picture_is_named(
    kept: Train, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept()
    (pictures / "0" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"broken\.png cannot be read as a picture: .*; skip_unreadable=true leaves it"):
        predict_folder(path, pictures, tmp_path / "out.csv")
    said = predict_folder(path, pictures, tmp_path / "out.csv", skip_unreadable=True)
    assert said.endswith("12 of 13 pictures labelled")
    assert "broken.png cannot be read" in capsys.readouterr().err


def test_pictures_are_read_by_several_threads_and_keep_their_order(
    kept: Train, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first picture of two waits for the second, which one thread alone would never read."""
    read, path, second = predicting.read, kept(), Event()
    monkeypatch.setattr(predicting, "cores", lambda: 2)
    monkeypatch.setattr(predicting, "BATCH", 5)
    predict_folder(path, pictures, tmp_path / "expected.csv")

    def in_turns(picture: Path, about: dict[str, Any]) -> Tensor | UserError:
        if picture.name == "00.png":
            assert second.wait(60)
        second.set()
        return read(picture, about)

    monkeypatch.setattr(predicting, "read", in_turns)
    predict_folder(path, pictures, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == (tmp_path / "expected.csv").read_text()


def test_predictions_are_made_on_the_device_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: object) -> str:
        raise UserError(f"on {arguments[-1]}")

    monkeypatch.setattr(predicting, "predict_folder", stop)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(UserError, match=r"^on cuda:0$"):
        predict.main(tmp_path / "a.json", tmp_path)


def test_float32_is_not_rounded_on_a_gpu(kept: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, found = sl.load_model(kept()), list[bool]()
    loaded.module.register_forward_hook(lambda *_: found.append(torch.backends.cudnn.allow_tf32))
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    loaded.probabilities(Digits().load().test_images[:2])
    assert (found, torch.backends.cudnn.allow_tf32) == ([False], True)


@pytest.mark.parametrize("normalisation", ["pixel_mean", "channel"])
def test_onnx_gives_the_same_probabilities(kept: Train, tmp_path: Path, normalisation: str) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install -e '.[onnx]'")
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: pip install -e '.[onnx]'")
    from sl.saved.onnx import export_onnx

    path = kept(f"recipe.normalisation={normalisation}")
    assert "agree within" in export_onnx(path, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    images = Digits().load().test_images[:7]  # another number of images than it was exported with
    (found,) = session.run(None, {"pixels": images.float().numpy()})
    np.testing.assert_allclose(found, sl.load_model(path).probabilities(images).numpy(), atol=1e-5)
    assert json.loads(session.get_modelmeta().custom_metadata_map["classes"]) == list("0123456789")
