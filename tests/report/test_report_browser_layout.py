"""What the report opens with and how it fits a screen, in headless Chromium."""

from collections.abc import Callable
from typing import Any

import pytest
from browsed import OPEN, choose
from chromium import TOO_WIDE, set_width, texts

WIDTHS = (390, 1400)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("folder", [".", "begun"])
def test_nothing_is_wider_than_the_screen(show: Callable[..., Any], width: int, folder: str) -> None:
    driver = show(width, folder)
    assert driver.execute_script(TOO_WIDE) == []
    choose(driver, "#verdicts-shown", "all")
    driver.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert driver.execute_script(TOO_WIDE) == []
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    driver.execute_script("document.querySelector('.behind')?.click()")
    assert driver.execute_script(TOO_WIDE) == []


def test_a_section_that_was_closed_while_the_screen_changed_fits_the_screen(show: Callable[..., Any]) -> None:
    """A press on its curves finds the epoch by the width that they were drawn for."""
    driver = show()
    choose(driver, "#loss", "SL")
    driver.execute_script("document.getElementById('classwise').open = false")
    set_width(driver, 390)
    driver.execute_async_script(OPEN)
    chart, place = "svg').getAttribute('width')", "figure').clientWidth"
    widths = [driver.execute_script(f"return document.querySelector('#curves {what}") for what in (chart, place)]
    assert int(widths[0]) == widths[1] < 390
    assert texts(driver, "#curves h3")[0].startswith("SL")  # what was chosen stays


def test_it_opens_with_what_holds_and_a_picture(show: Callable[..., Any]) -> None:
    driver = show(opened=False)
    assert texts(driver, "main h2")[0] == "What holds so far, on a scaled-down run: CIFAR-10"
    shown = texts(driver, "#top-claims li")
    assert any("SL ends more accurate than CE (symmetric 40 %).✓ supported" in text for text in shown)
    assert all("n = 3" in text for text in shown)
    assert set(texts(driver, "#top-figure svg text")) >= {"CE", "SL", "GCE"}


def test_it_is_short_on_a_narrow_screen(show: Callable[..., Any]) -> None:
    driver = show(390, opened=False)
    assert driver.execute_script("return document.documentElement.scrollHeight") < 3000


def test_own_data_open_with_the_data_and_the_runs(show: Callable[..., Any]) -> None:
    driver = show(folder="own")
    assert texts(driver, "h1") == ["Runs with labels as given"]
    assert texts(driver, "main h2")[0] == "Data and runs"
    assert "3: 0 ant, 1 bee, 2 wasp" in texts(driver, "#top-claims")[0]
    assert not driver.find_element("id", "verdicts").is_displayed()
    assert [title.split(" (")[0].split(",")[0] for title in texts(driver, "#curves h3")] == ["CE", "SL"]
    driver.execute_script("document.getElementById('suspects').open = true")
    assert texts(driver, "#suspects figcaption") == ["Of 9 labels an estimated 3 % are wrong. Look through them."]
    (width,) = driver.execute_script(
        "return Promise.all([...document.images].map((one) => one.decode().then(() => one.width)))"
    )
    assert width == 180
    words = driver.execute_script("return document.body.innerText")
    for word in ("paper", "Symmetric", "claim", "CIFAR"):
        assert word not in words


def test_without_finished_runs_it_says_so(show: Callable[..., Any]) -> None:
    driver = show(folder="begun")
    assert "no finished run yet: CIFAR-10" in texts(driver, "#missing li")
    for section in ("classwise", "losses", "confidence"):
        assert texts(driver, f"#{section} .notice") == ["No finished run is recorded yet."]


def test_controls_and_pictures_have_names(show: Callable[..., Any]) -> None:
    driver = show()
    unnamed = "return [...document.querySelectorAll('select, input')].filter((one) => !one.labels.length).length"
    assert driver.execute_script(unnamed) == 0
    pictures = driver.execute_script("return [...document.querySelectorAll('figure svg')].map((one) => one.ariaLabel)")
    assert pictures
    assert all(pictures)
