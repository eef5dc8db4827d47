"""Whole audits: planted errors are found, a stopped audit is resumed, odd data sets are no crash."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image
from sklearn.metrics import average_precision_score

from sl.audit.predict import combine
from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.options.run import RunConfig
from sl.train.job import make_loss, prepare

Audit = Callable[..., Path]
DIGITS = ("dataset=digits", "noise=symmetric", "noise.rate=0.2", "loss=sl", "scale.train_share=0.3", "recipe.epochs=8")
WAY = (0, 1, 4)  # three digits that a network of a few epochs tells apart
FOLDER = (
    "dataset=folder", "dataset.image_size=8", "loss=sl", "model=cnn4", "recipe.lr=0.1", "recipe.shift=0",
    "recipe.flip=false", "recipe.weight_decay=0", "recipe.batch_size=16", "recipe.bn_momentum=0.1", "recipe.epochs=6",
)  # fmt: skip


def suspects(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((out / "suspects.csv").read_text().splitlines()))


def assert_read(file: Path, transition: torch.Tensor) -> None:
    """noise=matrix reads the file as it is, and so does a loss that corrects for the noise in the labels."""
    drawn = prepare(compose_run(["dataset=digits", "noise=matrix", f"noise.path={file}"]))
    torch.testing.assert_close(drawn.noisy.transition, transition)
    job = prepare(compose_run(["dataset=digits", "loss=forward", f"loss.transition={file}"]))
    torch.testing.assert_close(make_loss(job.config.loss, job.dataset, job.noisy).transition, transition)


@pytest.mark.parametrize("folds", [0, 2])
def test_an_audit_ranks_wrong_labels_first_and_is_resumed(
    audit: Audit, folds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = audit(*DIGITS, f"folds={folds}")
    noisy = prepare(compose_run([*DIGITS, "runtime.device=cpu"])).noisy
    assert noisy.realised_rate is not None
    wrong = (noisy.labels != noisy.clean).numpy()
    score = np.array(
        [float(line["confidence_label"]) for line in sorted(suspects(out), key=lambda line: int(line["index"]))]
    )
    assert average_precision_score(wrong, -score) > 3 * noisy.realised_rate
    noise = json.loads((out / "noise.json").read_text())
    assert noise["rate"]["value"] == pytest.approx(noisy.realised_rate, abs=0.1)
    assert np.allclose(np.sum(noise["transition"], axis=1), 1)
    assert {path.suffix for path in out.glob("noise.*")} >= {".json", ".png"}
    assert (out / "suspects.png").stat().st_size > 10_000
    assert set(noise["advice"]) == {"alpha", "beta", "why", "source"}
    assert noise["summary"].startswith("Digits, SL, ")
    transition = torch.tensor(noise["transition"], dtype=torch.float64)
    assert_read(out / "noise.json", transition)
    capsys.readouterr()
    files = sorted((out / "predictions").glob("*.npz"))
    assert len(files) == max(1, folds)
    before, text = files[0].read_bytes(), (out / "suspects.csv").read_text()
    files[-1].unlink()  # as if it had been stopped before its last part
    assert audit(*DIGITS, f"folds={folds}") == out
    said = capsys.readouterr().out
    assert said.count("already predicted") == len(files) - 1
    assert "already trained" in said  # the record and the network of that part are there
    assert (out / "suspects.csv").read_text() == text
    assert files[0].read_bytes() == before


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("folds=1", r"folds=1: must be 0 \(one run\) or a whole number of at least 2"),
        ("folds=-1", r"folds=-1: must be 0 \(one run\) or a whole number of at least 2"),
        ("out='~nobody_here/found'", r"out=~nobody_here/found: there is no such user"),
        ("expected_precision=0", "expected_precision=0"),
        ("sample=-1", "sample=-1: must be a whole number"),
        ("holdout=0.1", "holdout=0.1: must be null: an audit sets it itself"),
        ("fold=1/2", "fold=1/2: must be null: an audit sets it itself"),
    ],
)
def test_a_mistake_is_said_before_anything_is_trained(audit: Audit, option: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        audit(*DIGITS, option)
    assert not (tmp_path / "audit").exists()


def test_what_the_data_refuse_is_said_before_a_folder_is_made(
    audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match=r"^folds=1000: must not be more than the largest class has images$"):
        audit(*DIGITS, "folds=1000")
    with pytest.raises(UserError, match=r"there is no folder .*nowhere; "):
        audit("dataset=folder", f"data_dir={tmp_path / 'nowhere'}")
    assert not (tmp_path / "audit").exists()
    assert "results will be in" not in capsys.readouterr().out


class Stopped(Exception):
    """Raised where an audit would begin to train."""


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (("loss=sl",), "one run"),
        (("loss=sl", "folds=2"), "2 folds"),
        (("loss=ce",), "4 folds"),
        (("loss=ce", "folds=0"), "one run"),
    ],
)
def test_a_loss_that_memorises_takes_folds_unless_others_are_asked_for(
    audit: Audit,
    options: tuple[str, ...],
    asked: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr("sl.audit.command.predict_all", stop)
    with pytest.raises(Stopped):
        audit(*DIGITS, *options)
    assert capsys.readouterr().out.startswith(f"audit: {asked}; ")


def test_the_folder_of_the_results_may_lie_in_the_home_folder(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    def stop(runs: object, folder: Path, jobs: int) -> None:
        raise Stopped(folder)

    monkeypatch.setattr("sl.audit.command.predict_all", stop)
    with pytest.raises(Stopped) as stopped:
        audit(*DIGITS, "out='~/found'")
    assert stopped.value.args == (tmp_path / "home" / "found" / "predictions",)
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(("option", "jobs", "at_once"), [("null", 1, 1), ("null", 16, 2), ("5", 16, 2)])
def test_folds_share_the_cores_among_as_many_as_there_are(
    audit: Audit, option: str, jobs: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run gets no exact number of threads, unless the option names one (tests/train/test_plan_and_device.py)."""

    def stop(runs: Sequence[RunConfig], folder: Path, jobs: int) -> None:
        raise Stopped(jobs, [run.runtime.threads for run in runs])

    monkeypatch.setattr("sl.audit.command.predict_all", stop)
    with pytest.raises(Stopped) as stopped:
        audit(*DIGITS, "folds=2", f"runtime.threads={option}", f"jobs={jobs}")
    assert stopped.value.args == (at_once, [None if option == "null" else 5] * 2)


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
    # So few pictures teach little, and every processor rounds differently: small steps, and many of them, differ least
    small = ("recipe.lr=0.01", "recipe.batch_size=8", "recipe.epochs=10")
    out = audit(*FOLDER, f"data_dir={root}", "folds=2", *small)
    said = capsys.readouterr().out
    assert said.startswith(f"audit: 2 folds; results will be in {out}; the same command resumes\n")
    identities = [path.stem[:4] for path in (out / "predictions").glob("*.npz")]
    folds = [line for line in said.splitlines() if line.startswith("fold ")]
    assert [line[:14] for line in folds] == ["fold 1/2: run ", "fold 2/2: run "]
    assert sorted(line[14:] for line in folds) == sorted(identities)
    assert f"add dataset.labels={out / 'labels.csv'}" in said
    assert out.name.startswith("folder-given-sl-folds2-")  # such labels are not free of noise
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
    with pytest.raises(UserError, match=r"1 of the pictures in .*: digit 0/broken\.png: .*on_error=skip"):
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


def test_a_network_of_ones_own_package_is_audited(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network that the audit keeps is loaded again under the same permission."""
    (tmp_path / "mynets.py").write_text("from sl.models import Cnn4\n\n\nclass MyNet(Cnn4):\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    out = audit(*DIGITS, "folds=0", "recipe.epochs=1", "model._target_=mynets.MyNet", "allow_targets=[mynets]")
    assert (out / "suspects.html").exists()


def test_what_several_networks_predict_is_averaged(tmp_path: Path) -> None:
    """Each predicts a picture of its own fold, and both the third, a test picture."""
    parts = {"a": ([0, 2], [[0.9, 0.1], [0.6, 0.4]]), "b": ([1, 2], [[0.3, 0.7], [0.2, 0.8]])}
    for name, (index, probabilities) in parts.items():
        np.savez(tmp_path / f"{name}.npz", index=np.array(index), probabilities=np.array(probabilities))
    found = combine([tmp_path / "a.npz", tmp_path / "b.npz"], 3)
    assert found == pytest.approx(np.array([[0.9, 0.1], [0.3, 0.7], [0.4, 0.6]]))
    with pytest.raises(UserError, match="must hold predictions of all 3 images"):
        combine([tmp_path / "a.npz"], 3)


def test_damaged_predictions_are_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "part.npz"
    rows = {"index": np.arange(3), "probabilities": np.eye(3)}
    np.savez_compressed(file, **rows)
    assert (combine([file], 3) == np.eye(3)).all()
    whole = file.read_bytes()
    for damaged in (b"", whole[:10], whole[: len(whole) // 2], whole[:-10]):
        file.write_bytes(damaged)
        assert_repeated(file)
    for changed in ({"index": np.arange(1, 4)}, {"index": np.arange(2)}, {"probabilities": np.ones(3)}):
        np.savez_compressed(file, **rows | changed)
        assert_repeated(file)
    np.savez_compressed(file, index=np.arange(3))
    assert_repeated(file)


def assert_repeated(file: Path) -> None:
    with pytest.raises(UserError) as raised:
        combine([file], 3)
    assert str(raised.value).startswith(f"{file}: must hold predictions of 3 images; remove it to repeat them (")
    assert "\n" not in str(raised.value)


def test_a_folder_belongs_to_one_audit_at_a_time(audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr("sl.audit.command.predict_all", stop)
    out = tmp_path / "found"
    out.mkdir()
    with FileLock(out / ".lock"), pytest.raises(UserError) as error:
        audit(*DIGITS, f"out={out}")
    assert str(error.value) == f"out={out}: must not be in use: another audit writes to it"
    with pytest.raises(Stopped):
        audit(*DIGITS, f"out={out}")
