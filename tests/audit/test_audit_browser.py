"""The contact sheet in headless Chromium, opened as a file."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import TOO_WIDE, fetched, set_width, texts

from sl.audit.rank import Ranking
from sl.audit.sheet import write_sheet
from sl.audit.subject import Subject
from sl.audit.suspects import corrected, write_labels


@pytest.fixture
def sheet(driver: Any, subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path) -> Iterator[Any]:
    """The sheet of the three suspects; afterwards the console must be empty and nothing may have been fetched."""
    path = tmp_path / "suspects.html"
    summary = {"text": "Three labels may be wrong.", "identity": tmp_path.name}
    assert write_sheet(path, subject, ranking, probabilities, 500, summary) == 3
    driver.get(path.as_uri())
    yield driver
    assert driver.get_log("browser") == []
    assert [name for name in fetched(driver) if not name.startswith("data:")] == []


def choose(driver: Any, selector: str, value: str) -> None:
    script = """const one = document.querySelector(arguments[0]);
        one.value = arguments[1]; one.dispatchEvent(new Event("change"))"""
    driver.execute_script(script, selector, value)


@contextmanager
def storage(driver: Any, items: dict[str, str]) -> Iterator[None]:
    """Pages loaded meanwhile find these items in localStorage. A browser hands them over itself, but not surely at
    once: a busy one was seen to lose them."""
    source = f"Object.assign(localStorage, {json.dumps(items)})"
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    yield
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def exported(driver: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(driver.execute_script("return csv()").splitlines()))


@pytest.mark.parametrize("width", [390, 1400])
def test_every_suspect_has_a_picture_and_fits_the_screen(sheet: Any, width: int) -> None:
    set_width(sheet, width)
    assert sheet.execute_script(TOO_WIDE) == []
    assert sheet.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert texts(sheet, "#summary") == ["Three labels may be wrong."]
    assert len(texts(sheet, "#cards > li")) == 3
    sizes = "return Promise.all([...document.images].map((one) => one.decode().then(() => one.naturalWidth)))"
    assert sheet.execute_script(sizes) == [8, 8, 8]
    unnamed = """return [...document.querySelectorAll("select, input")]
        .filter((one) => !one.labels.length && !one.ariaLabel).length"""
    assert sheet.execute_script(unnamed) == 0


def test_filters_by_class_and_pair(sheet: Any) -> None:
    choose(sheet, "#given", "2")  # row 5 is labelled 2 and looks like 0
    assert texts(sheet, "#cards .words") == ['a "quoted" one → cat']
    choose(sheet, "#given", "")
    choose(sheet, "#pair", "0>1")
    assert texts(sheet, "#cards .words") == ["cat → dog, big"]
    assert texts(sheet, "#count")[0].startswith("1 of 3 shown")
    choose(sheet, "#pair", "")
    assert len(texts(sheet, "#cards > li")) == 3


def test_judgements_are_exported_and_kept(sheet: Any, subject: Subject) -> None:
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    assert [line["label"] for line in exported(sheet)] == given
    tick = "document.querySelector(`[data-row='${arguments[0]}'] input[value=${arguments[1]}]`).click()"
    sheet.execute_script(tick, 5, "wrong")
    sheet.execute_script(tick, 9, "right")
    sheet.execute_script(tick, 31, "unsure")
    lines = exported(sheet)
    assert [line["index"] for line in lines] == list(subject.names)
    assert [row for row in range(40) if lines[row]["label"] != given[row]] == [5]
    assert lines[5]["label"] == "cat"
    choose(sheet, "[data-row='5'] select", "1")  # not what was suggested, but a third class
    assert exported(sheet)[5]["label"] == "dog, big"
    choose(sheet, "#judged", "unsure")
    assert len(texts(sheet, "#cards > li")) == 1
    with storage(sheet, sheet.execute_script("return {...localStorage}")):
        sheet.refresh()
    assert exported(sheet)[5]["label"] == "dog, big"
    assert texts(sheet, "#count") == ["3 of 3 shown, 3 judged"]


def test_a_browser_that_keeps_nothing_is_reported(sheet: Any) -> None:
    """The notice is there, and the browser asks before it leaves the page, until the list is saved."""
    tick = "document.querySelector(`[data-row='${arguments[0]}'] input[value=right]`).click()"
    notice = "return document.getElementById('unkept').checkVisibility()"
    leaves = "return dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    sheet.execute_script(tick, 5)
    assert not sheet.execute_script(notice)
    assert sheet.execute_script(leaves)
    sheet.execute_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    sheet.execute_script(tick, 9)
    assert sheet.execute_script(notice)
    assert not sheet.execute_script(leaves)
    assert texts(sheet, "#count") == ["3 of 3 shown, 2 judged"]
    sheet.execute_script("HTMLAnchorElement.prototype.click = () => {}")  # the list is built, no file is written
    sheet.find_element("id", "export").click()
    assert sheet.execute_script(leaves)


def test_decisions_fill_in_what_was_not_judged(sheet: Any, subject: Subject) -> None:
    sheet.find_element("id", "decided").click()
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    changed = [row for row, line in enumerate(exported(sheet)) if line["label"] != given[row]]
    assert changed == [5, 9]
    sheet.execute_script("document.querySelector(\"[data-row='9'] input[value=right]\").click()")
    changed = [row for row, line in enumerate(exported(sheet)) if line["label"] != given[row]]
    assert changed == [5]


def test_decisions_beyond_the_pictures_shown_are_exported(
    driver: Any, subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    """One picture on the sheet, two labels changed: with the box ticked the list is labels.csv, else as given."""
    write_labels(tmp_path / "labels.csv", subject, corrected(subject, ranking))
    audited = list(csv.DictReader((tmp_path / "labels.csv").read_text().splitlines()))
    summary = {"text": "Three labels may be wrong.", "identity": tmp_path.name}
    assert write_sheet(tmp_path / "suspects.html", subject, ranking, probabilities, 1, summary) == 1
    driver.get((tmp_path / "suspects.html").as_uri())
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    assert [line["label"] for line in exported(driver)] == given
    driver.find_element("id", "decided").click()
    assert exported(driver) == audited
    assert [row for row in range(40) if audited[row]["label"] != given[row]] == [5, 9]
    (shown,) = driver.execute_script("return DATA.cards.map((card) => card.row)")
    driver.execute_script(f"document.querySelector(\"[data-row='{shown}'] input[value=right]\").click()")
    assert [row for row, line in enumerate(exported(driver)) if line["label"] != given[row]] == [14 - shown]
