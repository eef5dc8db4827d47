"""What an audit does before it trains: its options, folds, processes and folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from audited import DIGITS, Audit, Stopped
from filelock import FileLock

from sl.audit.predict import predict_all
from sl.commands.audit import main
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.options.run import RunConfig
from sl.say import notice
from sl.workers import TaskResult

Begin = Callable[..., tuple[Sequence[RunConfig], Path, int]]


@pytest.fixture
def begin(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Run an audit with these overrides up to where it would train: the runs, their folder, the number at once."""

    def stop(*given: object) -> None:
        raise Stopped(*given)

    def begun(*overrides: str) -> tuple[Sequence[RunConfig], Path, int]:
        with pytest.raises(Stopped) as stopped:
            audit(*overrides)
        runs, folder, jobs = stopped.value.args
        return runs, folder, jobs

    monkeypatch.setattr("sl.audit.command.predict_all", stop)
    return begun


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("folds=1", r"folds=1: must be 0 \(one run\) or a whole number of at least 2"),
        ("folds=-1", r"folds=-1: must be 0 \(one run\) or a whole number of at least 2"),
        ("out='~nobody_here/found'", r"out=~nobody_here/found: there is no such user"),
        ("expected_precision=0", "expected_precision=0"),
        ("sample=-1", "sample=-1: must be a whole number"),
        ("sheet=-1", "sheet=-1: must be a whole number"),
        ("save=true", "save=True: must be null: an audit sets it itself"),
        ("holdout=0.1", "holdout=0.1: must be null: an audit sets it itself"),
        ("fold=1/2", "fold=1/2: must be null: an audit sets it itself"),
        ("fold=4", r"^fold=4: an audit sets it itself; did you mean folds=4\?$"),
    ],
)
def test_a_mistake_is_said_before_anything_is_trained(audit: Audit, option: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        audit(*DIGITS, option)
    assert not (tmp_path / "audit").exists()


def test_a_sheet_has_500_suspects_and_100_drawn_at_random_unless_others_are_asked_for() -> None:
    config = compose_run([], "audit")
    assert (config.sheet, config.sample) == (500, 100)


def test_what_the_data_refuse_is_said_before_a_folder_is_made(
    audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match=r"^folds=1000: must not exceed the number of images in the largest class$"):
        audit(*DIGITS, "folds=1000")
    with pytest.raises(UserError, match=r"there is no folder .*nowhere; "):
        audit("dataset=folder", f"data_dir={tmp_path / 'nowhere'}")
    assert not (tmp_path / "audit").exists()
    assert "results will be in" not in capsys.readouterr().out


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
    begin: Begin, options: tuple[str, ...], asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(*DIGITS, *options)
    assert capsys.readouterr().out.startswith(f"audit of digits: {asked}; ")


def test_what_is_audited_where_nobody_chose_it_is_said_first(begin: Begin, capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    own = "for your own pictures add dataset=folder data_dir=FOLDER"
    assert capsys.readouterr().out.startswith(f"audit of digits (scikit-learn's, the default; {own}): one run; ")


def test_a_folder_that_would_not_be_read_ends_the_audit(audit: Audit, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        audit("data_dir=my_pictures")
    assert str(error.value) == "data_dir=my_pictures: dataset=digits does not read it; add dataset=folder"
    assert not (tmp_path / "audit").exists()


def test_the_folder_of_the_results_may_lie_in_the_home_folder(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    _, folder, _ = begin(*DIGITS, "out='~/found'")
    assert folder == tmp_path / "home" / "found" / "predictions"
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(("option", "jobs", "at_once"), [("null", 1, 1), ("null", 16, 2), ("5", 16, 2)])
def test_folds_share_the_cores_among_as_many_as_there_are(begin: Begin, option: str, jobs: int, at_once: int) -> None:
    """A run gets no exact number of threads, unless the option names one (tests/train/test_plan_and_device.py)."""
    runs, _, used = begin(*DIGITS, "folds=2", f"runtime.threads={option}", f"jobs={jobs}")
    assert used == at_once
    assert [run.runtime.threads for run in runs] == [None if option == "null" else 5] * 2


def test_what_is_said_of_the_data_is_not_said_again_by_every_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.say.noticed", noticed := set[str]())
    monkeypatch.setattr("sl.audit.predict.noticed", noticed)

    def read(_: RunConfig) -> None:
        notice("classes in order: invented")
        raise Stopped

    def in_another_process(
        task: Callable[[RunConfig], Path], arguments: Sequence[RunConfig], _: int
    ) -> list[TaskResult]:
        noticed.clear()
        with pytest.raises(Stopped):
            task(arguments[0])
        return []

    notice("classes in order: invented")
    monkeypatch.setattr("sl.audit.predict.prepare", read)
    monkeypatch.setattr("sl.audit.predict.run_all", in_another_process)
    predict_all([compose_run([])], tmp_path, 2)
    assert capsys.readouterr().err == "sl: classes in order: invented\n"


def test_a_folder_belongs_to_one_audit_at_a_time(audit: Audit, begin: Begin, tmp_path: Path) -> None:
    out = tmp_path / "found"
    out.mkdir()
    with FileLock(out / ".lock"), pytest.raises(UserError) as error:
        audit(*DIGITS, f"out={out}")
    assert str(error.value) == f"out={out}: must not be in use: another audit writes to it"
    begin(*DIGITS, f"out={out}")


def test_a_line_is_printed_before_the_packages_are_loaded_and_the_data_are_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before: list[str] = []
    monkeypatch.setattr("sl.audit.command.run_audit", lambda _: before.append(capsys.readouterr().out))
    main(compose_run(["dataset=folder", "data_dir=nowhere"], "audit"))
    assert before[0].startswith("audit of folder: loads its packages and reads the data, ")
