"""A saved network whose files were changed is refused in one line, and an ONNX file that disagrees is not left."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import sl
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.saved.files import as_file, model_path, write_files
from sl.saved.predict import predict_folder
from sl.train.engine import make_engine
from sl.train.prepared import prepare
from sl.train.save_model import save_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The JSON of an untrained network."""
    folder = tmp_path_factory.mktemp("models")
    chosen = ["dataset=digits", "model=cnn4", "loss=ce", "save=true", f"models_dir={folder}"]
    prepared = prepare(compose_run([*chosen, "runtime.threads=1", "runtime.device=cpu"]))
    save_model(make_engine(prepared), prepared)
    return model_path(folder, "digits", prepared.identity)


@pytest.fixture
def change(model: Path, tmp_path: Path) -> Any:
    """A copy of the network whose JSON has these values in place of its own; "gone" takes one away."""

    def changed(**values: Any) -> Path:
        about = {**json.loads(model.read_text()), **values}
        (tmp_path / "changed.json").write_text(json.dumps({key: about[key] for key in about if about[key] != "gone"}))
        (tmp_path / model.with_suffix(".safetensors").name).write_bytes(model.with_suffix(".safetensors").read_bytes())
        return tmp_path / "changed.json"

    return changed


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("image_shape", 5, "image_shape=5: must be a valid array"),
        ("image_shape", [8, 8], "image_shape=[8, 8]: List "),
        ("image_shape", [1, "8", 8], 'image_shape.1="8": must be a valid integer'),
        ("image_shape", [1, 0, 8], "image_shape.1=0: must be greater than or equal to 1"),
        ("classes", 3, "classes=3: must be a valid array"),
        ("classes", [1, 2], "classes.0=1: must be a valid string"),
        ("network", "x", 'network="x": must be '),
        ("network", {}, "network._target_: Field required"),
        ("network", {"_target_": 3}, "network._target_=3: must be a valid string"),
        ("batchnorm", 3, "batchnorm=3: must be "),
        ("batchnorm", {"eps": "x", "momentum": 0.1}, 'batchnorm.eps="x": must be a valid number'),
        ("margin", "x", 'margin="x": must be a valid integer'),
        ("margin", -1, "margin=-1: must be greater than or equal to 0"),
        ("weights", 3, "weights=3: must be a valid string"),
        ("sha256", None, "sha256=null: must be a valid string"),
        ("format", 2, "format=2: must be 1"),
        ("identity", "gone", "identity: Field required"),
    ],
)
def test_a_damaged_description_is_refused_in_one_line(change: Any, key: str, value: Any, rule: str) -> None:
    path = change(**{key: value})
    with pytest.raises(UserError) as error:
        sl.load_model(path)
    assert str(error.value).startswith(f"{path}: it must be the description of a saved network: {rule}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"network": ' + "[" * 100_000])
def test_what_is_no_description_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UserError, match=r"a\.json: it must be the description of a saved network: ") as error:
        sl.load_model(tmp_path / "a.json")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (torch.full((2, 1, 8, 8), 200.0), r"torch\.float32 of shape \(2, 1, 8, 8\)"),
        (torch.zeros(2, 1, 9, 8, dtype=torch.uint8), r"torch\.uint8 of shape \(2, 1, 9, 8\)"),
        (torch.zeros(1, 8, 8, dtype=torch.uint8), r"torch\.uint8 of shape \(1, 8, 8\)"),
        (torch.zeros(0, 1, 8, 8, dtype=torch.uint8), r"torch\.uint8 of shape \(0, 1, 8, 8\)"),
    ],
)
def test_images_that_are_not_those_of_the_network_are_refused(model: Path, images: torch.Tensor, found: str) -> None:
    """Floats would be scaled where they lie: in the caller's memory."""
    before = images.clone()
    with pytest.raises(UserError, match=rf"^images={found}: must be torch\.uint8 of shape \(N, 1, 8, 8\), N > 0$"):
        sl.load_model(model).probabilities(images)
    assert torch.equal(images, before)


def test_weights_of_another_network_are_refused(change: Any) -> None:
    path = change(classes=["a", "b"])
    with pytest.raises(UserError, match=r"its weights must be those of sl\.models\.Cnn4: .*head\.weight") as error:
        sl.load_model(path)
    assert "\n" not in str(error.value)


def test_constants_of_a_layer_that_is_not_there_are_refused(change: Any) -> None:
    path = change(batchnorm={"eps": 0.001, "momentum": 0.1, "layers": ["head.1"]})
    with pytest.raises(UserError, match=r"its weights must be those of sl\.models\.Cnn4: ") as error:
        sl.load_model(path)
    assert "\n" not in str(error.value)


@pytest.fixture
def filled(model: Path, tmp_path: Path) -> Callable[[float], Path]:
    """A copy of the network whose head has this weight everywhere."""

    def with_head(value: float) -> Path:
        tensors = load_file(model.with_suffix(".safetensors"))
        tensors["model.head.weight"].fill_(value)
        path = tmp_path / "models" / "digits" / "filled.json"
        write_files(path, as_file(tensors), json.loads(model.read_text()))
        return path

    return with_head


def test_weights_that_are_not_numbers_are_refused(filled: Callable[[float], Path]) -> None:
    path = filled(math.nan)
    with pytest.raises(UserError) as error:
        sl.load_model(path)
    assert str(error.value) == f"{path}: its tensors must be numbers; model.head.weight holds nan"


def test_a_network_that_gives_no_numbers_is_not_exported(filled: Callable[[float], Path], tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install -e '.[onnx]'")
    from sl.saved import onnx

    with pytest.raises(UserError, match=r"must give probabilities; for random pixels it gives nan$"):
        onnx.export_onnx(filled(3e38), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_a_network_that_gives_no_numbers_labels_no_picture(filled: Callable[[float], Path], tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    Image.effect_noise((8, 8), 100).save(tmp_path / "new" / "a.png")
    with pytest.raises(UserError, match=r"must give probabilities; for a\.png it gives nan$"):
        predict_folder(filled(3e38), tmp_path / "new", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_an_onnx_file_that_gives_no_numbers_is_no_agreement(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("onnxscript", "onnxruntime"):
        pytest.importorskip(module, reason=f"{module} is not installed: pip install -e '.[onnx]'")
    from sl.saved import onnx

    content, example, _ = onnx.as_onnx(sl.load_model(model))
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(RuntimeError, match="are nan apart"):
        onnx.check(tmp_path / "model.onnx", example, torch.full((4, 10), math.nan))


@pytest.mark.parametrize("place", [".", ".."])
def test_a_folder_in_the_place_of_a_network_names_those_in_it(model: Path, place: str) -> None:
    folder = model.parent / place
    (model.parent / "other.json").write_text("{}")  # not a network's: it has no weights
    with pytest.raises(UserError) as error:
        sl.load_model(folder)
    expected = folder / "digits" / model.name if place == ".." else model
    rule = "it must be a file of a saved network, .json or .safetensors"
    assert str(error.value) == f"{folder}: {rule}, such as {expected}"


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_a_path_without_a_name_is_refused(path: str) -> None:
    with pytest.raises(UserError, match="must be a file of a saved network"):
        sl.load_model(path)


def test_a_name_that_is_too_long_is_refused_in_one_line() -> None:
    with pytest.raises(UserError, match=r"^a+\.json: it must be a file of a saved network: File name too long$"):
        sl.load_model("a" * 300 + ".json")
    with pytest.raises(UserError, match=r"^a+: it must be a file of a saved network, \.json or \.safetensors$"):
        sl.load_model("a" * 300)


def test_a_file_of_another_kind_is_named_as_typed(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        sl.load_model(tmp_path / "model.onnx")
    assert str(error.value) == f"{tmp_path}/model.onnx: it must be a file of a saved network, .json or .safetensors"


def test_an_onnx_file_that_cannot_be_written_is_refused_before_the_export(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed: pip install -e '.[onnx]'")
    from sl.saved import onnx

    monkeypatch.setattr("torch.onnx.export", lambda *_, **__: pytest.fail("it was exported"))
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "model.onnx"
    with pytest.raises(UserError, match=rf"^out={out}: must be a file that can be written: "):
        onnx.export_onnx(model, out)


def test_an_onnx_file_whose_probabilities_differ_is_refused_and_not_left(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("onnxscript", "onnxruntime"):
        pytest.importorskip(module, reason=f"{module} is not installed: pip install -e '.[onnx]'")
    from sl.saved import onnx

    monkeypatch.setattr(onnx, "TOLERANCE", -1.0)  # so that even the same probabilities are too far apart
    with pytest.raises(RuntimeError, match=r"onnxruntime and PyTorch are .* apart"):
        onnx.export_onnx(model, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []
