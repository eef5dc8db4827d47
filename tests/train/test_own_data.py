"""Runs on a folder of pictures with labels that are as given."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sl.config.compose import compose_run
from sl.data import ImageFolder
from sl.errors import UserError
from sl.record import GIVEN, Run, read
from sl.scale import scale_title
from sl.tracker.run_name import short_name
from sl.train.described import describe_run
from sl.train.prepared import make_loss, prepare
from sl.train.run import train

UNKNOWN = ("clean_accuracy", "right_accuracy", "wrong_memorised", "wrong_corrected")


def pictures(folder: Path, *counts: int) -> Path:
    """A new folder of random pictures in `folder`, so many in each class, in several sizes."""
    rng = np.random.default_rng(0)
    for label, count in enumerate(counts):
        place = folder / "mine" / f"class{label}"
        place.mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 256, (9 + number % 3, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(place / f"{number}.png")
    return folder / "mine"


def options(root: Path, *more: str) -> list[str]:
    """Overrides of a short run on the pictures in `root`; it writes beside them."""
    where = [f"data_dir={root}", *(f"{name}_dir={root.parent / name}" for name in ("runs", "checkpoints", "models"))]
    size = ["dataset.image_size=8", "recipe.epochs=2", "recipe.batch_size=4", "runtime.threads=1"]
    return ["dataset=folder", "runtime.precision=float32", "runtime.device=cpu", *where, *size, *more]


def run(overrides: list[str]) -> Run:
    return read(train(compose_run(overrides)))


@pytest.mark.parametrize("counts", [(5, 6), (4, 5, 6), (5, 1, 4)])
def test_any_number_of_classes_is_trained_and_called_what_it_is(tmp_path: Path, counts: tuple[int, ...]) -> None:
    recorded = run(options(pictures(tmp_path, *counts), "loss=sl"))
    assert recorded.complete
    assert recorded.class_names == [f"class{label}" for label in range(len(counts))]
    assert recorded.noise == GIVEN
    assert recorded.noise.title == "as given"
    assert short_name(recorded) == "folder-given-sl-epochs2-batch_size4-s0"
    assert recorded.realised_rate is None
    assert recorded.name("scale") == recorded.scale.name == "full"
    assert scale_title(recorded).endswith("2 of 120 epochs")
    assert recorded.data.split.startswith("20 % of every class")
    assert recorded.data.labels == "given"
    for shares in (*recorded.epochs, *(probe.training for probe in recorded.probes.values())):
        assert [getattr(shares, name) for name in UNKNOWN] == [None] * 4
        assert 0 <= shares.noisy_accuracy <= 1
    probe = recorded.probes["late"]
    assert probe.probe_class == len(counts) - 1  # class 3 does not exist
    assert probe.count == counts[-1] - 1
    tested = [count > 1 for count in counts]
    assert [accuracy is not None for accuracy in recorded.epochs[-1].class_accuracy] == tested


def test_a_name_keeps_several_data_sets_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = run(options(pictures(tmp_path, 4, 4), "loss=ce", "dataset.name=bees", "recipe.epochs=1"))
    assert recorded.name("dataset") == recorded.data.name == "bees"
    assert short_name(recorded).startswith("bees-given-ce-")
    kept = tmp_path / "models" / "bees" / f"{recorded.identity}.json"
    assert kept.exists()
    assert f"network kept: {kept}\n" in capsys.readouterr().out


def test_pictures_are_shrunk_to_32_px_unless_a_size_is_chosen(tmp_path: Path) -> None:
    overrides = [one for one in options(pictures(tmp_path, 4, 4)) if not one.startswith("dataset.image_size=")]
    assert prepare(compose_run(overrides)).dataset.image_shape == (3, 32, 32)


def test_a_folder_that_the_data_set_does_not_read_is_a_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    describe_run(compose_run(["dataset=digits", "runtime.device=cpu"]))
    assert capsys.readouterr().err == ""
    describe_run(compose_run(["dataset=digits", f"data_dir={tmp_path}", "runtime.device=cpu"]))
    said = f"sl: data_dir={tmp_path} is not read by dataset=digits; dataset=folder reads pictures of your own\n"
    assert capsys.readouterr().err == said


def test_noise_on_top_has_the_given_labels_as_reference(tmp_path: Path) -> None:
    root = pictures(tmp_path, 13, 12)
    assert run(options(root, "loss=ce")).epochs[-1].clean_accuracy is None  # the next run has the same engine
    recorded = run(options(root, "noise=symmetric", "noise.rate=0.4", "loss=ce"))
    assert recorded.noise.title == "symmetric 40 %"
    assert recorded.realised_rate == 0.4
    assert recorded.epochs[-1].wrong_memorised is not None


@pytest.mark.parametrize("noise", ["noise=none", "noise=symmetric noise.rate=0"])
def test_forward_correction_by_an_unknown_matrix_is_refused(tmp_path: Path, noise: str) -> None:
    with pytest.raises(
        UserError, match=r"^loss\.transition=FILE: is required, .* is unknown: an audit's noise\.json, "
    ):
        prepare(compose_run(options(pictures(tmp_path, 4, 4), "loss=forward", *noise.split())))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("probe.label=3", r"^probe\.label=3: must be a number from 0 to 1 or one of class0, class1$"),
        ("scale.batch_share=0.25", r"^recipe\.batch_size=4: batches must have two"),
        ("dataset.name=cifar10", r"^dataset\.name=cifar10: must not be the name of another data set$"),
        ("holdout=0.01", r"^holdout=0\.01: must leave images of every class"),
        (
            "loss=d2l",
            r"^loss\.neighbours=20: must be less than 6, the least number of training images that are compared at once",
        ),
        ("noise=matrix noise.path=MATRIX", r"^noise\.path=.*must be 2 x 2 on dataset=folder$"),
        ("loss=forward loss.transition=MATRIX", r"^loss\.transition=.*must be 2 x 2 on dataset=folder$"),
    ],
)
def test_mistakes_come_out_before_a_picture_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, override: str, message: str
) -> None:
    np.save(tmp_path / "three.npy", np.eye(3))
    override = override.replace("MATRIX", str(tmp_path / "three.npy"))

    def no_picture(*_: Any) -> None:
        pytest.fail("a picture was read")

    monkeypatch.setattr("sl.data.decode.decode", no_picture)
    with pytest.raises(UserError, match=message):
        prepare(compose_run(options(pictures(tmp_path, 4, 4), *override.split())))


def test_where_labels_lie_and_what_is_skipped_leave_the_identity_alone(tmp_path: Path) -> None:
    root = pictures(tmp_path, 4, 4)
    listed = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))
    text = "path,label\n" + "".join(f"{name},{name.partition('/')[0]}\n" for name in listed)
    (tmp_path / "labels.csv").write_text(text)

    def identity(*more: str) -> str:
        return prepare(compose_run(options(root, *more))).identity

    assert identity() == identity("dataset.on_error=skip") == identity("dataset.test_share=null")
    assert identity() != identity("dataset.test_share=0.3")
    elsewhere = identity(f"dataset.labels={tmp_path / 'labels.csv'}")
    (root / "labels.csv").write_text(text)
    assert identity() == elsewhere


def test_forward_correction_by_a_matrix_file(tmp_path: Path) -> None:
    root, matrix = pictures(tmp_path, 4, 4), tmp_path / "noise.csv"
    matrix.write_text("class1,class0\n0.9,0.1\n0.3,0.7\n")
    overrides = options(root, "loss=forward", f"loss.transition={matrix}")
    prepared = prepare(compose_run(overrides))
    assert make_loss(prepared.config.loss, prepared.dataset, prepared.noisy).transition.tolist() == [
        [0.7, 0.3],
        [0.1, 0.9],
    ]
    moved = matrix.rename(tmp_path / "elsewhere.csv")
    same = prepare(compose_run(options(root, "loss=forward", f"loss.transition={moved}")))
    assert same.identity == prepared.identity
    assert str(tmp_path) not in str(prepared.result_config)
    moved.write_text("class1,class0\n0.8,0.2\n0.3,0.7\n")
    other = prepare(compose_run(options(root, "loss=forward", f"loss.transition={moved}")))
    assert other.identity != prepared.identity
    recorded = run(options(root, "loss=forward", f"loss.transition={moved}"))
    assert recorded.noise == GIVEN


def test_a_network_that_does_not_fit_is_refused_before_the_pictures_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFolder, "load", lambda source: pytest.fail("pictures were read"))
    with pytest.raises(UserError, match=r"recipe\.decay_on=fc1: "):
        prepare(compose_run(options(pictures(tmp_path, 9, 7), "model=resnet18", "recipe.decay_on=fc1")))


def test_mapped_pictures_give_the_same_record_bit_for_bit(tmp_path: Path, forget_device: Callable[[], None]) -> None:
    overrides = options(pictures(tmp_path, 9, 7), "holdout=0.3", "scale.train_share=0.9")
    memory = run(overrides)
    memory.path.unlink()
    forget_device()
    mapped = run([*overrides, "dataset.storage=mapped", f"dataset.cache_dir={tmp_path / 'cache'}"])
    assert (mapped.identity, mapped.epochs, mapped.probes) == (memory.identity, memory.epochs, memory.probes)


@pytest.mark.parametrize("listed", [False, True])
def test_a_search_by_held_out_labels_as_given(tmp_path: Path, listed: bool) -> None:
    """In folders, and by a file of labels such as an audit writes; no network is kept."""
    pytest.importorskip("optuna", reason="optuna is not installed (extra: search)")
    from sl.search.command import run_search

    root, more = pictures(tmp_path, 9, 8), []
    if listed:
        lines = [f"{path.relative_to(root).as_posix()},{path.parent.name}" for path in sorted(root.rglob("*.png"))]
        (tmp_path / "corrected.csv").write_text("\n".join(["path,label", *lines]) + "\n")
        more = [f"dataset.labels={tmp_path / 'corrected.csv'}"]
    typed = options(root, "loss=sl", "holdout=0.3", "search.trials=2", f"results_dir={tmp_path / 'search'}", *more)
    run_search(compose_run([*typed, "search.jobs=1"], "search"))
    (file,) = (tmp_path / "search").glob("folder_*.json")
    outcome = json.loads(file.read_text())
    assert [set(trial["parameters"]) for trial in outcome["trials"]] == [{"loss.alpha", "loss.beta"}] * 2
    assert all(0 <= trial["score"] <= 1 for trial in outcome["trials"])
    assert not (tmp_path / "models").exists()
