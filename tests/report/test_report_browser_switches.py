"""What a reader of the report can switch, sort and open, in headless Chromium."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import synthetic
from browsed import choose, class_means
from chromium import texts

pytest.importorskip("selenium", reason="selenium is not installed: pip install selenium")
from selenium.webdriver.common.keys import Keys


def test_a_number_of_the_paper_that_is_not_checked_is_marked(show: Callable[..., Any]) -> None:
    driver = show()
    choose(driver, "#verdicts-shown", "all")
    told = dict.fromkeys(texts(driver, "#verdicts-table [data-head=paper]"))
    assert "almost 20 †one secondary source, not checked" in told
    assert all(" †" in text for text in told if "not checked" in text)
    claim = "CE is more than 10 points better at class 1 than at class 3 (clean)"
    row = next(one for one in driver.find_elements("css selector", "#verdicts-table tbody tr") if claim in one.text)
    row.find_element("css selector", ".behind").send_keys(Keys.ENTER)
    words = texts(driver, "#behind")[0]
    assert "almost 20 † (SL paper; one secondary source, not checked)" in words
    assert "17.2 (KTH re-run" in words
    published = texts(driver, "#published td")
    assert "78.70 †" in published
    assert not [text for text in published if text.count("†") > 1]


def test_switches_of_loss_noise_epoch_and_stage(show: Callable[..., Any]) -> None:
    driver = show()
    assert texts(driver, "#bars text.strong") == class_means("ce", 10)
    assert texts(driver, "#curves h3")[1].startswith("SL (α 0.1")
    choose(driver, "#loss", "SL")
    driver.find_element("css selector", "#stages [value=early]").click()
    assert texts(driver, "#bars text.strong") == class_means("sl", 1)
    assert driver.find_element("css selector", "#stages [value=early]").get_attribute("aria-pressed") == "true"
    driver.find_element("id", "epoch").send_keys(Keys.ARROW_RIGHT)
    assert texts(driver, "#epoch-shown") == ["2 of 12"]
    assert texts(driver, "#bars text.strong") == class_means("sl", 2)
    choose(driver, "#noise", "symmetric 60 %")
    assert texts(driver, "#curves h3")[0].startswith("SL (α 0.1, β 1, A −9.21), symmetric 60 %, n = 1")
    assert texts(driver, "#bars text.strong") == class_means("sl", 2, (0,), rate=0.6)
    choose(driver, "#beside", "nothing")
    assert len(texts(driver, "#curves h3")) == 1


def test_the_switch_of_scale_reaches_every_section(show: Callable[..., Any]) -> None:
    driver = show()
    assert set(texts(driver, "figcaption .badge")) == {"scaled-down run"}
    choose(driver, "#groups", "CIFAR-10 · paper scale")
    assert texts(driver, "#bars text.strong") == class_means("ce", 118, (0,), scale="paper", epochs=120)
    for section in ("verdicts", "classwise", "losses", "confidence", "drawn", "results", "runs"):
        assert texts(driver, f"#{section} .setting .badge") == ["paper scale"]
    assert set(texts(driver, "figcaption .badge")) == {"paper scale"}
    assert set(texts(driver, "#results-table .badge")) == {"paper scale"}
    driver.find_element("css selector", "#overview .card").click()
    assert driver.execute_script("return document.querySelector('#groups').value") == "0"


def test_other_figures_follow_their_switches(show: Callable[..., Any]) -> None:
    driver = show()
    choose(driver, "#metric", "wrongly labelled training images that are predicted as their wrong")
    assert "their wrong label (%), symmetric 40 %" in texts(driver, "#losses-figure h3")[0]
    record = synthetic.lines(synthetic.header("ce"))
    memorised = next(line["wrong_memorised"] for line in reversed(record) if line["kind"] == "epoch")
    assert texts(driver, "#losses-figure tbody .number")[0].startswith(f"{100 * memorised:.1f}")
    driver.find_element("css selector", "#confidence-stages [value=early]").click()
    probes = [line for seed in (0, 1, 2) for line in synthetic.lines(synthetic.header("ce", seed=seed))
              if line.get("stage") == "early"]  # fmt: skip
    confidence = np.mean([probe["confidence"] for probe in probes], axis=0)
    shown = texts(driver, "#confidence-figures figure:first-child text.strong")
    assert np.allclose([float(text) for text in shown], 100 * confidence, atol=0.051)


def test_tables_sort_both_ways(show: Callable[..., Any]) -> None:
    driver = show()
    head = driver.find_element("css selector", "#results-table th[data-title='symmetric 40 %']")
    head.find_element("tag name", "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert texts(driver, "#results-table tbody th")[0].startswith("SL")
    head.find_element("tag name", "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert texts(driver, "#results-table tbody th")[0] == "CE"
    assert "SL paper 78.70 †" in texts(driver, "#results-table tbody tr:first-child")[0]
    choose(driver, "#beside-published", "none")
    assert "SL paper" not in "".join(texts(driver, "#results-table tbody"))


def test_runs_are_one_press_away_and_escape_returns(show: Callable[..., Any]) -> None:
    driver = show()
    cell = driver.find_element("css selector", "#results-table tbody td[data-head='symmetric 40 %'] .behind")
    cell.send_keys(Keys.ENTER)
    shown = texts(driver, "#behind tbody th a")
    assert shown == [synthetic.header("ce", seed=seed)["identity"] for seed in (0, 1, 2)]
    words = texts(driver, "#behind")[0]
    for part in ("0123456", "cpu: invented, 1 thread", "float32", "eager", "5,000 of 50,000 training"):
        assert part in words
    cell.parent.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not driver.execute_script("return document.getElementById('behind').open")
    assert driver.switch_to.active_element == cell
