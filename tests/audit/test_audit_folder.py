"""Whole audits of folders of pictures: planted errors are found, odd data sets are no crash."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from audited import Audit, suspects
from PIL import Image
from sklearn.metrics import average_precision_score

from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.train.prepared import prepare

WAY = (0, 1, 4)  # three digits that a network of a few epochs tells apart
FOLDER = (
    "dataset=folder", "dataset.image_size=8", "loss=sl", "model=cnn4", "recipe.lr=0.1", "recipe.shift=0",
    "recipe.flip=false", "recipe.weight_decay=0", "recipe.batch_size=16", "recipe.bn_momentum=0.1", "recipe.epochs=6",
)  # fmt: skip


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Pictures of digits in folders, of different sizes; of each class some lie in the next class's folder."""

    def make(digits: tuple[int, ...], each: int, planted: int) -> Path:
        data = Digits().load()
        root = tmp_path / "pictures"
        for place, digit in enumerate(digits):
            rows = (data.train_labels == digit).nonzero().flatten()[:each].tolist()
            for number, row in enumerate(rows):
                told = digits[(place + 1) % len(digits)] if number < planted else digit
                where = root / f"digit {told}" / f"{digit}_{number:03}.png"
                where.parent.mkdir(parents=True, exist_ok=True)
                size = (16 + number % 5, 16 + number % 3)
                Image.fromarray(data.train_images[row, 0].numpy()).resize(size, Image.Resampling.NEAREST).save(where)
        return root

    return make


def test_planted_errors_in_a_folder_are_found_and_put_right(
    audit: Audit, pictures: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = pictures(WAY, each=60, planted=9)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    # So few pictures teach little, and every processor rounds differently: small steps, and many of them, differ least
    small = ("recipe.lr=0.01", "recipe.batch_size=8", "recipe.epochs=10")
    out = audit(*FOLDER, f"data_dir={root}", "folds=2", *small)
    said = capsys.readouterr().out
    assert said.startswith(f"audit of folder: 2 folds; results will be in {out}; the same command resumes\n")
    identities = [path.stem[:4] for path in (out / "predictions").glob("*.npz")]
    folds = [line for line in said.splitlines() if line.startswith("fold ")]
    assert [line[:14] for line in folds] == ["fold 1/2: run ", "fold 2/2: run "]
    assert sorted(line[14:] for line in folds) == sorted(identities)
    assert said.rindex("network kept: ") < said.index("estimates how many labels are wrong") < said.index("Of 180 ")
    assert f" dataset.labels={out / 'labels.csv'} dataset.name=pictures_corrected\n" in said
    assert out.name.startswith("folder-given-sl-folds2-")  # such labels are not free of noise
    assert json.loads((out / "noise.json").read_text())["summary"].startswith("folder, labels as given, SL, 2 folds, ")
    lines = suspects(out)
    agree = np.mean([line["label"] == line["suggested"] for line in lines])
    assert json.loads((out / "noise.json").read_text())["predicted_as_labelled"] == pytest.approx(agree)
    assert len(lines) == 180  # those that were drawn for testing too
    wrong = [line["label"] != f"digit {Path(line['path']).name[0]}" for line in lines]
    assert sum(wrong) == 27
    assert average_precision_score(wrong, -np.array([float(line["confidence_label"]) for line in lines])) > 0.6
    changed = [line for line in lines if line["decision"] == "change"]
    right = [line["suggested"] == f"digit {Path(line['path']).name[0]}" for line in changed]
    assert len(changed) >= 10
    assert np.mean(right) > 0.7
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    again = compose_run([*FOLDER, f"data_dir={root}", f"dataset.labels={out / 'labels.csv'}"])
    read = prepare(again).dataset
    names = (*(read.train_paths[row] for row in read.train_index.tolist()), *read.test_paths)
    labels = [read.class_names[label] for label in [*read.train_labels.tolist(), *read.test_labels.tolist()]]
    expected = {line["path"]: line["suggested" if line["decision"] == "change" else "label"] for line in lines}
    assert dict(zip(names, labels, strict=True)) == expected


def test_two_classes_one_of_them_with_two_pictures(audit: Audit, pictures: Callable[..., Path]) -> None:
    root = pictures((0, 1), each=24, planted=0)
    for path in sorted((root / "digit 1").iterdir())[2:]:
        path.unlink()
    out = audit(*FOLDER, f"data_dir={root}", "folds=2", "recipe.epochs=2")
    lines = suspects(out)
    assert len(lines) == 26
    assert {line["decision"] for line in lines if line["label"] == "digit 1"} == {"keep"}
    assert (out / "suspects.html").exists()


def test_one_picture_in_a_class_and_unreadable_ones(
    audit: Audit, pictures: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = pictures(WAY, each=14, planted=0)
    for path in sorted((root / "digit 4").iterdir())[1:]:
        path.unlink()
    broken = root / "digit 0" / "broken.png"
    broken.write_bytes(b"no picture")
    options = (*FOLDER, f"data_dir={root}", "folds=2", "recipe.epochs=2")
    with pytest.raises(UserError, match=r"1 picture in .* cannot be read: digit 0/broken\.png: .*on_error=skip"):
        audit(*options)
    out = audit(*options, "dataset.on_error=skip")
    said = capsys.readouterr()
    assert "digit 0/broken.png" in said.err
    assert "Too few images to judge: digit 4." in said.out
    lines = suspects(out)
    assert len(lines) == 2 * 14 + 1
    assert [line["decision"] for line in lines if line["label"] == "digit 4"] == ["keep"]
    listed = list(csv.DictReader((out / "labels.csv").read_text().splitlines()))
    assert len(listed) == len(lines)
    assert "digit 0/broken.png" not in {line["path"] for line in listed}


@pytest.mark.parametrize("scale", ["scale=cpu", "scale.test_share=0.5"])
def test_a_scale_that_leaves_out_labels_is_refused_before_a_picture_is_looked_for(
    audit: Audit, tmp_path: Path, scale: str
) -> None:
    with pytest.raises(UserError) as error:
        audit(*FOLDER, f"data_dir={tmp_path / 'nowhere'}", scale)
    assert str(error.value) == f"{scale}: leaves labels out; remove it: an audit of your own pictures is small already"
    assert not (tmp_path / "audit").exists()
