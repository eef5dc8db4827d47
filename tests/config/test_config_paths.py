"""Paths with any characters, the home folder, and the flags of a command wherever they stand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

import sl
from sl.config.compose import compose_run, hydra_ready
from sl.config.flags import checked
from sl.config.overrides import override
from sl.errors import UserError
from sl.train.described import describe_run

Command = Callable[..., Any]  # returns an Outcome (conftest.py)
ODD = ["/x/Dropbox (Personal)", "/a=b,c", "/${y}", "/it's", "/back\\", "null", "1e3", "~", "/猫", "/#", "/a'${b}\\'"]


@pytest.mark.parametrize("path", ODD)
def test_a_path_arrives_as_it_is(path: str) -> None:
    expected = str(Path.home()) if path == "~" else path
    assert compose_run([override("runs_dir", path)]).runs_dir == expected


LIKE_SYNTAX = ["Käfer", "pics (1)", "it's", "a&b", "a{b", "x=1", "[2024] ä, b", "a\\ö", "ö${b}", "'ö"]


@pytest.mark.parametrize("name", LIKE_SYNTAX)
def test_a_folder_is_typed_as_it_is_called(name: str, train: Command) -> None:
    """Nothing that only Hydra needs: the shell takes away the quotes that a user types."""
    option = f"data_dir={name}"
    assert f"{option}: there is no folder {name}; pictures lie in" in train("dataset=folder", option).mistake


@pytest.mark.parametrize("option", ["dataset.labels", "dataset.name", "runs_dir", "noise.path", "probe.label", "out"])
def test_every_option_that_is_a_path_or_a_name(option: str) -> None:
    assert checked([f"{option}=größe.csv"]) == [f"{option}='größe.csv'"]


def test_the_home_folder_that_the_shell_left(train: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    there = tmp_path / "mine"
    line = train("dataset=folder", "data_dir=~/mine").mistake
    assert line.startswith(f"dataset.data_dir={there}: there is no folder {there}")


def test_what_hydra_reads_otherwise_keeps_its_meaning() -> None:
    typed = ["data_dir=a,b", "data_dir=mine", "data_dir=${oc.env:HOME}", "loss=[ce", "recipe.lr=1,", "overrides=[a=1]"]
    assert checked(typed) == typed
    assert checked(["-m", "data_dir=Käfer,b (1)"]) == ["data_dir='Käfer','b (1)'", "-m"]
    assert checked(["--config-dir", "data_dir=Käfer"]) == ["--config-dir", "data_dir=Käfer"]


def test_a_data_folder_from_the_environment_reaches_every_run(
    reproduce: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SL_DATA_DIR", str(tmp_path / "Dropbox (Personal), ${y}"))
    outcome = reproduce("experiment=demo", "scale=cpu", "seeds=0", "plan_only=true", "runs_dir='a (b)'")
    assert outcome.code == 0, outcome.err
    assert "data_dir=" not in outcome.out + outcome.err  # nobody typed it: no run says that digits does not read it
    with hydra_ready():
        assert compose_run([]).data_dir == str(tmp_path / "Dropbox (Personal), ${y}")


def test_a_data_folder_that_is_typed_reaches_every_run(reproduce: Command, tmp_path: Path) -> None:
    options = ("experiment=demo", "scale=cpu", "seeds=0", "plan_only=true", "runs_dir='a (b)'")
    outcome = reproduce(*options, f"data_dir={tmp_path}/Dropbox (Personal)")
    assert outcome.code == 0, outcome.err
    assert f" data_dir='{tmp_path}/Dropbox (Personal)' " in outcome.out


def test_the_home_folder_is_found_for_every_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "${x}"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / "T.csv").write_text("\n".join(",".join("1" if i == j else "0" for j in range(10)) for i in range(10)))
    with hydra_ready():
        overrides = ["noise=matrix", "noise.path='~/T.csv'", "data_dir='~/data'", "runs_dir='~/runs'"]
        config = compose_run(overrides)
        assert (config.data_dir, config.runs_dir) == (f"{home}/data", f"{home}/runs")
        named = describe_run(config)
        config = compose_run([override("noise.path", home / "T.csv"), "noise=matrix"])
        assert named.identity == describe_run(config).identity


@pytest.mark.parametrize("option", ["seed", "recipe.batch_size", "runtime.threads"])
def test_a_number_that_no_int64_holds_is_refused(option: str) -> None:
    with pytest.raises(UserError, match=rf"^{option}=\d+: must be a whole number from \d to "):
        describe_run(compose_run([f"{option}={2**128}"]))


def test_the_version_is_that_of_this_project(train: Command) -> None:
    assert train("--version").out == f"sl {sl.__version__}\n"


@pytest.mark.parametrize("arguments", ["--cfg job seed=3", "loss=ce -c job seed=3", "seed=3 --cfg=job"])
def test_options_may_stand_behind_flags(arguments: str, train: Command) -> None:
    assert OmegaConf.create(train(*arguments.split()).out).seed == 3


def test_what_hydra_itself_refuses_is_one_line(train: Command) -> None:
    assert train("hydra.verbose=[1,2]").mistake
    assert train("hydra.verbose={a:1}").mistake
    assert train("hydra.job_logging=5").mistake
