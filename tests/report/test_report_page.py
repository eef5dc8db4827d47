"""The page as a file: all in one, not too large, the same each time."""

import json
import re
from pathlib import Path

import synthetic
from report_data import LITERATURE

from sl.record import load_all
from sl.report.write import page, write


def test_the_page_needs_nothing_else(runs: Path) -> None:
    text = page(load_all(runs), LITERATURE, runs.parent, runs.parent, runs.parent)
    assert "default-src 'none'" in text
    for outside in (
        r"<script[^>]*\bsrc=",
        r"<link[^>]*stylesheet",
        r"@import",
        r"url\(",
        r"\bfetch\(",
        r"<img",
        r"<iframe",
    ):
        assert not re.search(outside, text)
    assert not re.search(r"/\*(style|script|data)\*/", text)


def test_no_text_of_a_record_can_end_the_data(tmp_path: Path) -> None:
    head = synthetic.header("ce")
    head["data"]["class_names"][0] = "</script><b>&amp;"
    synthetic.write(tmp_path / "runs", synthetic.lines(head))
    text = page(load_all(tmp_path / "runs"), LITERATURE, tmp_path, tmp_path, tmp_path)
    held = text.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(held)["groups"][0]["classes"][0] == "0 </script><b>&amp;"


def test_a_hundred_runs_stay_below_three_megabytes(tmp_path: Path) -> None:
    for loss in ("ce", "sl", "gce"):
        synthetic.record(tmp_path / "runs", loss, epochs=120)
    runs = load_all(tmp_path / "runs")
    one, three = (len(page(some, LITERATURE, tmp_path, tmp_path, tmp_path).encode()) for some in (runs[:1], runs))
    assert one + 99 * (three - one) / 2 < 3e6


def test_the_same_records_give_the_same_page(runs: Path, tmp_path: Path) -> None:
    written = [
        Path(write(load_all(runs), LITERATURE, tmp_path / name, tmp_path, tmp_path)) for name in ("first", "other")
    ]
    assert written[0].name == "index.html"
    assert written[0].read_bytes() == written[1].read_bytes()
