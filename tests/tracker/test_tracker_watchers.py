"""Several sinks of one run: what each is told where another ends the run or fails."""

from pathlib import Path

import pytest
from told_run import PATH, make_header, make_line

from sl.errors import UserError
from sl.tracker import ConsoleSink, CsvTracker, Watchers


class Refused(CsvTracker):
    """A tracker that cannot be used as it is configured."""

    def start(self, *_: object) -> None:
        raise UserError("tracker.mine.uri", "x", "must be another")


def test_sinks_that_never_started_are_not_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sinks = {"console": ConsoleSink(), "mine": Refused(str(tmp_path)), "csv": CsvTracker(str(tmp_path))}
    Watchers(sinks).close(False)  # a run that ended before anything was told
    watchers = Watchers(sinks)
    with pytest.raises(UserError, match=r"^tracker.mine.uri=x: must be another"):
        watchers.start(make_header(), PATH, 0)
    watchers.close(False)
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out == "insects-sym0.4-sl-s0 0000  stopped before the end of its first epoch\n"
    assert not list(tmp_path.iterdir())


def test_a_mistake_found_later_does_not_end_a_run_in_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Late(CsvTracker):
        def epoch(self, *_: object) -> None:
            raise UserError("too late")

    watchers = Watchers({"late": Late(str(tmp_path / "late")), "csv": CsvTracker(str(tmp_path))})
    watchers.start(make_header(), PATH, 0)
    for epoch in (1, 2):
        watchers.epoch(make_line(epoch))
    watchers.close(True)
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("sl: late failed and stops logging this run")
    assert [path.parent.parent for path in tmp_path.rglob("run.csv")] == [tmp_path]
