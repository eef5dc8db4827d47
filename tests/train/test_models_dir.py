"""Where a network is to be kept: a folder that is refused costs no epoch, and a network that is missing is said."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sl.errors import UserError
from sl.record.read import record_state

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
NO_SPACE = OSError(errno.ENOSPC, "No space left on device")


def no_epoch(*_: object, **__: object) -> None:
    pytest.fail("an epoch was trained")


def networks(tmp_path: Path, where: str = "a") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (tmp_path / where / "models").glob("digits/*.safetensors")}


def test_a_models_dir_that_cannot_be_used_is_refused_before_the_first_epoch(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with monkeypatch.context() as patch:
        patch.setattr("sl.train.run.train_one_epoch", no_epoch)
        with pytest.raises(UserError, match=r"^models_dir=.*file: must be a folder that can be written to: "):
            run("save=true", f"models_dir={tmp_path / 'file'}")
        patch.setattr("sl.train.save_model.OWN_DATA", "digits")  # whose networks are kept by default
        with pytest.raises(UserError, match=r"^models_dir=.*file: must be a folder"):
            run(f"models_dir={tmp_path / 'file'}")
    assert record_state(run(f"models_dir={tmp_path / 'file'}")) == "complete"  # of published data nothing is kept


@pytest.mark.parametrize("refused", ["sl.saved.files.replace_file", "sl.train.representations.write_npz"])
def test_a_full_disk_at_the_end_does_not_lose_the_training(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NO_SPACE

    options = ("save=true", "probe.representations=5")
    run(*options, where="whole")
    with monkeypatch.context() as patch:
        patch.setattr(refused, refuse)
        with pytest.raises(
            UserError, match="No space left on device; the training is saved, and the same command finishes"
        ):
            run(*options)
    assert not list((tmp_path / "a").rglob("*.json"))  # it says that the weights are there
    monkeypatch.setattr("sl.train.run.train_one_epoch", no_epoch)
    assert record_state(run(*options)) == "complete"
    assert networks(tmp_path) == networks(tmp_path, "whole") != {}


def test_a_network_that_a_complete_run_lacks_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("sl.train.save_model.OWN_DATA", "digits")  # whose networks are kept by default
    record = run()
    run()
    assert "not kept" not in capsys.readouterr().err
    kept = tmp_path / "a" / "models" / "digits" / f"{record.stem}.json"
    shutil.rmtree(tmp_path / "a" / "models")
    missing = f"the network was not kept: there is no {kept}; remove {record} to train it again"
    run()
    assert capsys.readouterr().err == f"sl: {missing}\n"
    with pytest.raises(UserError) as error:
        run("save=true")
    assert str(error.value) == f"save=true: {missing}"
    run("save=false")
    assert capsys.readouterr().err == ""
    record.unlink()
    run()
    assert kept.exists()
