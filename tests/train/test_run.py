"""A run from its configuration to its record: repeatable, never trained twice, never misread."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from recorded import NOISY, metrics
from torch import Tensor

import sl
from sl.config.compose import compose_run, hydra_ready
from sl.data import Digits
from sl.errors import UserError
from sl.record import read, schema
from sl.record.schema import Epoch, Probe
from sl.tracker import ConsoleSink
from sl.train.engine import Engine
from sl.train.run import RunDiverged, train
from sl.train.run_lock import Busy

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


def first_line(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text().splitlines()[0])


def test_same_seed_gives_the_same_bytes(run: Run) -> None:
    first, second = run(*NOISY, where="a"), run(*NOISY, where="b")
    assert first.name == second.name
    assert metrics(first) == metrics(second)
    assert len(metrics(first)) == 4 + 3


def test_trackers_get_what_the_record_holds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a run that is sent later, or resumes, has the same values."""
    told: list[Any] = []
    for name in ("epoch", "probe"):
        monkeypatch.setattr(ConsoleSink, name, lambda _, line: told.append(line))
    found = read(run("noise=symmetric", "noise.rate=0.4", "loss=ce"))
    assert [line for line in told if isinstance(line, Epoch)] == list(found.epochs)
    assert {line.stage: line for line in told if isinstance(line, Probe)} == found.probes


def test_another_seed_gives_another_run(run: Run) -> None:
    first, second = run(*NOISY), run(*NOISY, "seed=1")
    assert first.name != second.name
    assert metrics(first) != metrics(second)


def test_a_complete_run_is_not_trained_again(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    path = run(*NOISY)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert run(*NOISY, "noise.rate=0.40") == path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    *_, trained, again = capsys.readouterr().out.splitlines()
    assert again == f"already trained: {trained.partition('  ')[2]}"  # accuracy, worst class and record


def test_where_and_how_a_run_is_computed_is_not_its_identity(run: Run) -> None:
    assert run(*NOISY).name == run(*NOISY, "runtime.threads=2", "data_dir=elsewhere", where="b").name


@pytest.mark.parametrize("last", ["end", "diverged"])
def test_a_finished_record_is_never_overwritten(run: Run, last: str) -> None:
    path = run(*NOISY)
    damaged = path.read_bytes().replace(b'"test_accuracy":0.', b'"test_accuracy":0.1', 1)
    if last == "diverged":
        lines = damaged.splitlines(keepends=True)
        line = (
            b'{"kind":"diverged","epoch":1,"step":1,"lr":1.0,"loss":"nan","finished":"","sha256":"'
            + b"0" * 64
            + b'"}\n'
        )
        damaged = lines[0] + line
    path.write_bytes(damaged)
    with pytest.raises(UserError, match="the record of a finished run, damaged since"):
        run(*NOISY)
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("tail", [b"\n", b"\0" * 10])
def test_a_complete_run_with_blanks_at_its_end_is_not_trained_again(run: Run, tail: bytes) -> None:
    path = run(*NOISY)
    path.write_bytes(content := path.read_bytes() + tail)
    assert run(*NOISY).read_bytes() == content


def test_two_processes_do_not_train_the_same_run(run: Run, tmp_path: Path) -> None:
    """The lock belongs to the record: other checkpoints make no difference."""
    path = run(*NOISY, where="other")
    lock = tmp_path / "a" / "runs" / "digits" / f".{path.stem}.lock"
    lock.parent.mkdir(parents=True)
    with FileLock(lock), pytest.raises(Busy, match="another process is training this run"):
        run(*NOISY, f"checkpoints_dir={tmp_path / 'b'}")


def test_a_loss_that_is_not_finite_ends_the_run(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunDiverged, match=r"diverged in epoch 1, step \d+: lr 1e\+20, loss nan"):
        run(*NOISY, "recipe.lr=1e20")
    (path,) = tmp_path.rglob("*.jsonl")
    recorded = read(path)
    assert (recorded.diverged, recorded.complete, recorded.epochs) == (True, False, ())
    line = recorded.last_line
    assert isinstance(line, schema.Diverged)
    assert (line.epoch, line.loss) == (1, "nan")
    assert line.lr == pytest.approx(1e20, rel=1e-3)
    content = path.read_bytes()
    with pytest.raises(RunDiverged, match="remove it to train the run again"):
        run(*NOISY, "recipe.lr=1e20")
    assert path.read_bytes() == content


def test_weights_that_run_away_under_a_clipped_loss_end_the_run(run: Run) -> None:
    """The loss of such a run stays finite: it cannot exceed -ln(1e-7) = 16.1."""
    with pytest.raises(RunDiverged, match=r"epoch 1, step \d+: lr 1e\+06, loss [\d.]+; a weight is 10,000 or more"):
        run("loss=ce", "recipe.lr=1e6")


def test_the_first_step_with_a_loss_that_is_not_finite_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network's output is made infinite in the third step of the second epoch, of five steps each."""
    calls = []
    update = Engine.update

    def update_then_break(self: Engine, images: Tensor, index: Tensor) -> None:
        calls.append(len(index))
        if len(calls) == 8:
            images = images * float("inf")
        update(self, images, index)

    monkeypatch.setattr(Engine, "update", update_then_break)
    with pytest.raises(RunDiverged, match="epoch 2, step 3"):
        run(*NOISY, "recipe.batch_size=60")
    (path,) = tmp_path.rglob("*.jsonl")
    assert len(read(path).epochs) == 1


def test_weights_that_are_not_finite_end_the_run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After the last step, where no later loss can show it."""
    train_epoch = Engine.train_epoch

    def train_then_break(self: Engine, *arguments: Any) -> Any:
        trained = train_epoch(self, *arguments)
        with torch.no_grad():
            next(self.model.parameters()).view(-1)[0] = float("inf")
        return trained

    monkeypatch.setattr(Engine, "train_epoch", train_then_break)
    with pytest.raises(RunDiverged, match="epoch 1, step 3"):
        run(*NOISY)
    (path,) = tmp_path.rglob("*.jsonl")
    assert isinstance(read(path).last_line, schema.Diverged)


def test_the_record_says_what_was_run(run: Run) -> None:
    path = run(*NOISY, "seed=3")
    header = first_line(path)
    assert header["identity"] == path.stem
    assert header["config"]["names"]["model"] == "cnn4"
    assert header["config"]["names"]["scale"] == "custom"
    assert header["noise"]["realised_rate"] == pytest.approx(0.4, abs=0.02)
    np.testing.assert_allclose(np.sum(header["noise"]["transition"], axis=1), 1)
    assert header["stages"] == {"early": 1, "middle": 2, "late": 3}
    assert header["data"]["train_images"] < header["data"]["paper_train_images"]
    assert {"commit", "dirty", "packages", "python", "device", "precision", "started"} <= set(header["provenance"])
    assert header["provenance"]["step"] == "eager"
    assert "data_dir" not in str(header["config"])


def test_probe_sees_the_rightly_labelled_part_of_the_class(run: Run) -> None:
    recorded = read(run(*NOISY, "probe.label=7"))
    counts = {probe.count for probe in recorded.probes.values()}
    assert set(recorded.probes) == {"early", "middle", "late"}
    assert len(counts) == 1
    for probe in recorded.probes.values():
        assert probe.probe_class == 7
        assert sum(probe.predictions) == probe.count
        assert sum(probe.confidence) == pytest.approx(1, abs=1e-4)
        confusion = np.array(probe.confusion)
        line = recorded.epochs[probe.epoch - 1]
        assert confusion.trace() / confusion.sum() == pytest.approx(line.test_accuracy, abs=1e-6)
        np.testing.assert_allclose(confusion.diagonal() / confusion.sum(1), line.class_accuracy, rtol=1e-5)


def test_representations_are_kept_on_request(run: Run, tmp_path: Path) -> None:
    path = run(*NOISY, "probe.representations=200", "save=true")
    loaded, digits = sl.load_model(tmp_path / "a" / "models" / "digits" / f"{path.stem}.json"), Digits().load()
    with np.load(path.with_suffix(".npz")) as kept:
        assert kept["representation"].shape == (200, 128)
        assert kept["representation"].dtype == np.float16
        rows = torch.from_numpy(kept["index"])
        expected = loaded.module.features(loaded.normalisation(digits.test_images[rows]))
        np.testing.assert_allclose(kept["representation"], expected.detach(), rtol=0.01, atol=1e-3)
        assert kept["labels"].tolist() == digits.test_labels[rows].tolist()
        assert kept["index"].tolist() != sorted(kept["index"])  # an order of its own
        assert sorted(kept["labels"][:20]) == sorted([*range(10)] * 2)  # spread over the classes
        assert sorted(kept["labels"][:10]) == list(range(10))


def test_representations_beyond_float16_stay_finite(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """65504 is the largest number of float16, 65520 the first that becomes infinite."""
    values = torch.arange(20 * 3).reshape(20, 3).float()
    for largest, kind in ((65519.0, np.float16), (65520.0, np.float32), (3e38, np.float32)):
        values[7, 1] = largest
        monkeypatch.setattr(Engine, "represent", lambda *_: values)
        path = run(*NOISY, "probe.representations=20", where=f"{largest:g}")
        with np.load(path.with_suffix(".npz")) as kept:
            assert kept["representation"].dtype == kind
            assert np.allclose(kept["representation"], values, rtol=1e-3)


@pytest.mark.parametrize("loss", ["ce", "forward", "nce_rce"])
def test_learning_happens(run: Run, loss: str) -> None:
    recorded = read(run("noise=symmetric", "noise.rate=0.2", f"loss={loss}", "recipe.epochs=12"))
    assert recorded.last() > 0.6  # chance is 0.1


def test_what_was_typed_for_a_recipe_of_ones_own_is_recorded(
    overrides: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "own/recipe").mkdir(parents=True)
    (tmp_path / "own/recipe/mine.yaml").write_text("defaults: [authors_code, _self_]\n")
    typed = []
    for recipe in ("mine", "authors_code"):
        with hydra_ready(tmp_path / "own"):
            config = compose_run(overrides(f"recipe={recipe}", "recipe.lr=0.02", "recipe.sl.alpha=1"))
        typed.append(read(train(config)).header.recipe_typed)
    assert typed == [["epochs", "lr"], []]


def test_noise_from_a_matrix_is_called_as_its_file(run: Run, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "T.txt", np.full((10, 10), 0.1))
    noise = read(run("noise=matrix", f"noise.path={tmp_path / 'T.txt'}", "recipe.epochs=1")).noise
    assert noise.title == f"matrix (T.txt {noise.detail})"
    assert len(noise.detail) == 8
