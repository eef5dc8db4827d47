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
from scipy.stats import binomtest

from sl.audit.rank import Ranking
from sl.audit.sheet import suspicious, write_sheet
from sl.audit.subject import Subject
from sl.audit.suspects import corrected, labels_list

SAMPLE = [30, 9, 2, 17]  # rows; 9 is also among the three suspects 5, 9 and 31


@pytest.fixture
def sheet(driver: Any, subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path) -> Iterator[Any]:
    """The sheet of the three suspects; afterwards the console must be empty and nothing may have been fetched."""
    path = tmp_path / "suspects.html"
    summary = {
        "lines": ["Three labels may be wrong.", "None is changed."],
        "train": "sl train",
        "identity": tmp_path.name,
    }
    write_sheet(path, subject, ranking, probabilities, suspicious(subject, ranking, 500), SAMPLE, summary)
    driver.get(path.as_uri())
    yield driver
    assert driver.get_log("browser") == []
    assert [name for name in fetched(driver) if not name.startswith("data:")] == []


def choose(driver: Any, selector: str, value: str) -> None:
    script = """const one = document.querySelector(arguments[0]);
        one.value = arguments[1]; one.dispatchEvent(new Event("change"))"""
    driver.execute_script(script, selector, value)


def judge(driver: Any, row: int, verdict: str) -> None:
    driver.execute_script(f"document.querySelector(\"[data-row='{row}'] input[value={verdict}]\").click()")


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
    assert texts(sheet, "#summary li") == ["Three labels may be wrong.", "None is changed."]
    assert texts(sheet, "#train code") == ["sl train"]
    changed = texts(sheet, "#cards > li.change small")  # not told by the colour of the frame alone
    assert sum("changed by the audit" in text for text in texts(sheet, "#cards > li small")) == len(changed) // 2 > 0
    assert [text.startswith("right label: ") for text in texts(sheet, ".instead")] == [True] * 3
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
    judge(sheet, 5, "wrong")
    judge(sheet, 9, "right")
    judge(sheet, 31, "unsure")
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


def test_the_browser_downloads_judged_labels_csv(sheet: Any, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    folder = tmp_path / "downloads"
    folder.mkdir()
    sheet.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    judge(sheet, 5, "wrong")
    sheet.find_element("id", "export").click()
    WebDriverWait(sheet, 60).until(lambda _: (folder / "judged_labels.csv").exists())
    assert [path.name for path in folder.iterdir()] == ["judged_labels.csv"]
    assert (folder / "judged_labels.csv").read_text() == sheet.execute_script("return csv()")


def test_a_second_click_withdraws_a_judgement(sheet: Any) -> None:
    for verdict in ("wrong", "wrong", "right", "unsure", "unsure", "right"):
        judge(sheet, 5, verdict)
    assert texts(sheet, "#count") == ["3 of 3 shown, 1 judged"]
    judge(sheet, 5, "right")
    assert texts(sheet, "#count") == ["3 of 3 shown, 0 judged"]
    checked = "return document.querySelectorAll('input[type=radio]:checked').length"
    assert sheet.execute_script(checked) == 0
    assert sheet.execute_script("return localStorage.getItem(STORE)") == "{}"


def test_a_browser_that_keeps_nothing_is_reported(sheet: Any) -> None:
    """The notice is there, and the browser asks before it leaves the page, until the list is saved."""
    notice = "return document.getElementById('unkept').checkVisibility()"
    leaves = "return dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    judge(sheet, 5, "right")
    assert not sheet.execute_script(notice)
    assert sheet.execute_script(leaves)
    sheet.execute_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    judge(sheet, 9, "right")
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
    judge(sheet, 9, "right")
    changed = [row for row, line in enumerate(exported(sheet)) if line["label"] != given[row]]
    assert changed == [5]


def test_decisions_beyond_the_pictures_shown_are_exported(
    driver: Any, subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    """One picture on the sheet, two labels changed: with the box ticked the list is labels.csv, else as given."""
    (tmp_path / "labels.csv").write_text(labels_list(subject, corrected(subject, ranking)))
    audited = list(csv.DictReader((tmp_path / "labels.csv").read_text().splitlines()))
    summary = {"lines": [], "train": None, "identity": tmp_path.name}
    one = suspicious(subject, ranking, 1)
    write_sheet(tmp_path / "suspects.html", subject, ranking, probabilities, one, [], summary)
    driver.get((tmp_path / "suspects.html").as_uri())
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    assert [line["label"] for line in exported(driver)] == given
    driver.find_element("id", "decided").click()
    assert exported(driver) == audited
    assert [row for row in range(40) if audited[row]["label"] != given[row]] == [5, 9]
    assert not driver.execute_script("return byId('view').checkVisibility()")  # there is no sample
    assert not driver.execute_script("return byId('train').checkVisibility()")  # no data of one's own
    (shown,) = one
    judge(driver, shown, "right")
    assert [row for row, line in enumerate(exported(driver)) if line["label"] != given[row]] == [14 - shown]


def test_a_sample_judged_by_hand_gives_a_rate(sheet: Any, subject: Subject) -> None:
    """Its pictures come in the order drawn, without what the network thinks; a judgement counts in both views."""
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    assert not sheet.execute_script("return byId('rate').checkVisibility()")
    judge(sheet, 9, "wrong")
    choose(sheet, "#pair", "0>1")  # a filter of the suspects hides nothing of the sample
    choose(sheet, "#view", "sample")
    assert texts(sheet, "#cards .words") == [f"label: {given[row]}" for row in SAMPLE]
    assert "probability" not in " ".join(texts(sheet, "#cards > li"))
    assert sheet.execute_script("return document.querySelectorAll('.change').length") == 0
    assert not sheet.execute_script("return byId('pair').checkVisibility()")
    assert not sheet.execute_script("return byId('legend').checkVisibility()")  # no card has a red frame here
    offered = """return document.querySelector(`[data-row='${arguments[0]}'] select`)
        .checkVisibility({visibilityProperty: true})"""
    assert [sheet.execute_script(offered, row) for row in (9, 30)] == [True, False]  # where the label is wrong
    for row, verdict in ((30, "right"), (2, "unsure"), (17, "wrong")):
        judge(sheet, row, verdict)
    low, high = binomtest(2, 3).proportion_ci(method="wilson")
    interval = f"{100 * low:.1f} to {100 * high:.1f} %"
    assert texts(sheet, "#rate") == [
        f"Of all 40 labels, an estimated 66.7 % are wrong (95 % interval {interval}): 2 of the 3 judged. "
        "1 unsure, not counted: if all are right 50.0 %, if all are wrong 75.0 %."
    ]
    assert texts(sheet, "#count") == ["4 of 4 shown, 4 judged"]
    lines = exported(sheet)
    assert [row for row in range(40) if lines[row]["label"] != given[row]] == [9, 17]
    choose(sheet, "#view", "suspects")
    assert texts(sheet, "#cards .words") == ["cat → dog, big"]


def test_before_a_judgement_the_page_says_what_the_sample_is(sheet: Any) -> None:
    choose(sheet, "#view", "sample")
    assert texts(sheet, "#rate")[0].startswith("These 4 of all 40 labels were drawn at random.")


@pytest.mark.parametrize(("wrong", "judged"), [(0, 1), (0, 100), (1, 1), (7, 100), (39, 100), (400, 400)])
def test_the_interval_of_a_sample_is_that_of_scipy(sheet: Any, wrong: int, judged: int) -> None:
    found = sheet.execute_script("return wilson(arguments[0], arguments[1])", wrong, judged)
    assert found == pytest.approx(list(binomtest(wrong, judged).proportion_ci(method="wilson")), abs=1e-7)
