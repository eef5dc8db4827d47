"""Whole audits of digits: wrong labels come first, a stopped audit is resumed."""

import errno
import json
from dataclasses import asdict
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from audited import DIGITS, Audit, audits_below, suspects
from sklearn.metrics import average_precision_score

import sl.files
from sl.audit.edited import LISTS, check_replaceable, digests
from sl.audit.measured_error import STUDY
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.train.prepared import make_loss, prepare

# What docs/audit.md says that an audit writes
WRITTEN = {
    "suspects.html", "suspects.csv", "labels.csv", "noise.json", "noise.png", "noise.svg", "classes.md", "classes.json",
    "suspects.png", "suspects.svg", "predictions",
}  # fmt: skip


def assert_read(file: Path, transition: torch.Tensor) -> None:
    """noise=matrix reads the file as it is, and so does a loss that corrects for the noise in the labels."""
    drawn = prepare(compose_run(["dataset=digits", "noise=matrix", f"noise.path={file}"]))
    torch.testing.assert_close(drawn.noisy.transition, transition)
    prepared = prepare(compose_run(["dataset=digits", "loss=forward", f"loss.transition={file}"]))
    torch.testing.assert_close(make_loss(prepared.config.loss, prepared.dataset, prepared.noisy).transition, transition)


ONE_RUN = (*DIGITS, "folds=0")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all that one audit wrote lies: for all tests of this file, which change a copy of it."""
    folder = tmp_path_factory.mktemp("first")
    audits_below(folder)(*ONE_RUN)
    return folder


@pytest.fixture
def done(first: Path, tmp_path: Path) -> Path:
    """The folder with the results of this audit, as if `audit` had run it."""
    (out,) = copytree(first, tmp_path / "audit").glob("digits-*")
    return out


def leave_figures_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of digits draws longer than it trains."""
    for drawing in ("draw_noise", "draw_suspects"):
        monkeypatch.setattr(f"sl.audit.command.{drawing}", lambda *_: None)


@pytest.mark.parametrize("folds", [0, 2])
def test_an_audit_ranks_wrong_labels_first_and_is_resumed(
    audit: Audit, done: Path, folds: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = audit(*DIGITS, f"folds={folds}") if folds else done
    job = prepare(compose_run([*DIGITS, "runtime.device=cpu"]))
    noisy = job.noisy
    assert noisy.realised_rate is not None
    wrong = (noisy.labels != noisy.clean).numpy()
    lines = sorted(suspects(out), key=lambda line: int(line["index"]))
    assert [int(line["index"]) for line in lines] == job.dataset.train_index.tolist()  # of the whole training set
    assert [int(line["label"]) for line in lines] == noisy.labels.tolist()
    score = np.array([float(line["confidence_label"]) for line in lines])
    assert average_precision_score(wrong, -score) > 3 * noisy.realised_rate
    noise = json.loads((out / "noise.json").read_text())
    assert noise["rate"]["value"] == pytest.approx(noisy.realised_rate, abs=0.04)
    assert np.allclose(np.sum(noise["transition"], axis=1), 1)
    assert {path.name for path in out.iterdir() if path.name[0] != "."} == WRITTEN
    assert (out / "suspects.png").stat().st_size > 10_000
    values = noise["advice"] and (noise["advice"]["alpha"], noise["advice"]["beta"])
    assert values == (None if folds else (0.01, 1))  # half of the images teach too little; digits are grey
    title = f"Digits, symmetric 20 %, SL, {'2 folds' if folds else 'one run'}, scaled-down run"
    assert noise["summary"].startswith(f"{title}. Of ")
    assert f'"{title}."' in (out / "suspects.html").read_text()
    assert noise["noise"] == "symmetric 20 %"
    assert noise["scale"].startswith(f"scaled-down run: {len(noisy.labels)} of 1,438 training and 359 test images, ")
    assert f", {job.plan.epochs} of " in noise["scale"]
    assert noise["measured_error"] == asdict(STUDY["sl", folds > 0])
    transition = torch.tensor(noise["transition"], dtype=torch.float64)
    assert_read(out / "noise.json", transition)
    capsys.readouterr()
    files = sorted((out / "predictions").glob("*.npz"))
    assert len(files) == max(1, folds)
    before, text = files[0].read_bytes(), (out / "suspects.csv").read_text()
    leave_figures_out(monkeypatch)
    files[-1].unlink()  # as if it had been stopped before its last part
    assert audit(*DIGITS, f"folds={folds}") == out
    said = capsys.readouterr().out
    assert said.count("already predicted") == len(files) - 1
    assert "already trained" in said  # the record and the network of that part are there
    assert (out / "suspects.csv").read_text() == text
    assert files[0].read_bytes() == before


def test_a_list_that_someone_changed_is_not_replaced(audit: Audit, done: Path, tmp_path: Path) -> None:
    def refused(out: Path, name: str) -> None:
        before = (out / name).read_bytes()
        with pytest.raises(UserError) as error:
            audit(*ONE_RUN, f"out={out}")
        rule = f"holds a {name} that was changed, or that no audit wrote; move it, or choose another folder"
        assert str(error.value) == f"out={out}: {rule}"
        assert (out / name).read_bytes() == before

    out = tmp_path / "found"
    out.mkdir()
    (out / "labels.csv").write_text("path,label\nmine.png,cat\n")
    refused(out, "labels.csv")
    assert not (out / "predictions").exists()
    with (done / "suspects.csv").open("a") as file:
        file.write("my notes\n")
    refused(done, "suspects.csv")


def test_an_audit_that_stops_between_its_lists_goes_on(
    audit: Audit, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = sl.files.replace_file

    def full(path: Path, content: str) -> None:
        if path.name == "labels.csv":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        replace(path, content)

    leave_figures_out(monkeypatch)
    for name in ("noise.json", *LISTS):  # it has predicted, and now writes its lists
        (done / name).unlink()
    with monkeypatch.context() as patch:
        patch.setattr("sl.audit.command.replace_file", full)
        with pytest.raises(OSError, match="No space left"):
            audit(*ONE_RUN)
    assert audit(*ONE_RUN) == done
    with (done / "labels.csv").open("a") as file:
        file.write("my notes\n")
    with pytest.raises(UserError, match=r"holds a labels\.csv that was changed"):
        audit(*ONE_RUN)


def test_lists_are_known_wherever_an_audit_stops(tmp_path: Path) -> None:
    def files(lists: dict[str, str]) -> dict[str, str]:
        return {"noise.json": json.dumps({"lists": digests(tmp_path, lists)}), **lists}

    for content in ("first", "second"):
        for name, text in files(dict.fromkeys(LISTS, content)).items():
            (tmp_path / name).write_text(text)
            check_replaceable(tmp_path, "run", 0)
    (tmp_path / LISTS[0]).write_text("mine")
    with pytest.raises(UserError, match=f"holds a {LISTS[0]} that was changed"):
        check_replaceable(tmp_path, "run", 0)


def test_another_audit_is_not_replaced(audit: Audit, done: Path) -> None:
    before = {path: path.read_bytes() for path in done.rglob("*") if path.is_file()}
    for other in ("seed=1", "folds=2"):
        with pytest.raises(
            UserError, match=rf"^out={done}: holds the audit of another run \(\w{{16}}, folds=0\); choose"
        ):
            audit(*ONE_RUN, f"out={done}", other)
    assert {path: path.read_bytes() for path in done.rglob("*") if path.is_file()} == before


def test_a_network_of_ones_own_package_is_audited(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network that the audit keeps is loaded again under the same permission."""
    (tmp_path / "mynets.py").write_text("from sl.models import Cnn4\n\n\nclass MyNet(Cnn4):\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    leave_figures_out(monkeypatch)
    out = audit(*DIGITS, "folds=0", "recipe.epochs=1", "model._target_=mynets.MyNet", "allow_targets=[mynets]")
    assert (out / "suspects.html").exists()
