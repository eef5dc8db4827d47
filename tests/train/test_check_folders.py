"""One's own pictures: the command names their folder, and writes nothing there, where it would be a class."""

from pathlib import Path

import pytest

from sl.audit.command import run_audit
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.train.run import train

OUTSIDE = {"runs_dir": "../runs", "models_dir": "../models", "checkpoints_dir": "../checkpoints"}


def refused(*overrides: str, audit: bool = False) -> str:
    config = compose_run(["dataset=folder", *overrides], "audit" if audit else "config")
    with pytest.raises(UserError) as error:
        (run_audit if audit else train)(config)
    return str(error.value)


@pytest.fixture(autouse=True)
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder has two folders of pictures, which are not read here."""
    root = tmp_path / "mine"
    for name in ("ant", "bee"):
        (root / name).mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def test_a_command_in_the_folder_of_the_pictures_is_refused_before_it_makes_a_folder(pictures: Path) -> None:
    rule = "must lie outside data_dir=., where it would be taken for a class; run the command in another folder"
    assert refused("data_dir=.") == f"runs_dir=results/runs: {rule}, or name another runs_dir"
    said = refused("data_dir=.", audit=True)
    assert said == f"results_dir=results/audit: {rule}, or name another results_dir"
    assert sorted(path.name for path in pictures.iterdir()) == ["ant", "bee"]


@pytest.mark.parametrize("audit", [False, True])
def test_own_pictures_are_not_looked_for_where_published_data_lie(
    pictures: Path, audit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SL_DATA_DIR", str(pictures))
    assert refused(audit=audit) == "data_dir: is required: data_dir=FOLDER, the folder of your pictures"


@pytest.mark.parametrize("inside", [*OUTSIDE, "dataset.cache_dir"])
def test_every_folder_that_a_run_writes_to_is_looked_at(inside: str) -> None:
    folders = {**OUTSIDE, "dataset.cache_dir": "../cache", inside: "new"}
    said = refused("data_dir=../mine", "dataset.storage=mapped", *(f"{name}={path}" for name, path in folders.items()))
    assert said.startswith(f"{inside}=new: must lie outside data_dir=../mine, ")


def test_an_audit_replaces_no_labels_of_the_user(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pictures.parent)
    assert refused("data_dir=mine", "out=mine", audit=True).startswith("out=mine: must lie outside data_dir=mine, ")
    Path("labels.csv").write_text("path,label\n")
    said = refused("data_dir=mine", "dataset.labels=labels.csv", "out=.", audit=True)
    assert said == "out=.: must be another folder: labels.csv, which is read, would be replaced"
    assert Path("labels.csv").read_text() == "path,label\n"
