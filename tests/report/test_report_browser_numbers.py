"""The numbers, curves and pictures that the report shows, in headless Chromium."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsed import choose
from chromium import texts

from sl.figures.lines import smooth, window
from sl.record import load_all


def test_bars_of_intervals_fill_the_width_of_their_table(show: Callable[..., Any]) -> None:
    driver = show(opened=False)
    ends = driver.execute_script(
        "return [...document.querySelectorAll('#top-claims .interval')].flatMap((plot) =>"
        " [...[...plot.querySelectorAll('line')].flatMap((line) => [line.x1.baseVal.value, line.x2.baseVal.value]),"
        "  plot.querySelector('circle').cx.baseVal.value])"
    )
    assert min(ends) == pytest.approx(5, abs=0.1)
    assert max(ends) == pytest.approx(145, abs=0.1)


def test_all_verdicts_have_their_numbers(show: Callable[..., Any]) -> None:
    driver = show()
    heads = [head.removesuffix(" ↕") for head in texts(driver, "#verdicts-table table:first-child thead th")]
    assert heads == ["claim", "paper", "ours [95 % interval]", "n", "verdict"]
    assert set(texts(driver, "#verdicts .setting .badge")) == {"scaled-down run"}
    choose(driver, "#verdicts-shown", "supported")
    assert set(texts(driver, "#verdicts-table .verdict")) == {"✓ supported"}
    choose(driver, "#verdicts-shown", "all")
    rows = driver.find_elements("css selector", "#verdicts-table tbody tr")
    (ours,) = (row.text for row in rows if "our reading of the paper" in row.text)
    assert "on images of the easy classes" in ours


def test_a_class_without_test_images_has_no_difference_and_is_not_the_worst(show: Callable[..., Any]) -> None:
    driver = show(folder="gap")
    rows = [texts(driver, f"#numbers tbody tr:nth-child({number}) td") for number in (6, 8, 1)]
    assert (rows[0][1:], rows[1]) == (["–", "–"], ["–", "–", "–"])
    ce, sl = (float(text) for text in rows[2][:2])
    assert float(rows[2][2].replace("−", "-")) == pytest.approx(sl - ce, abs=0.11)
    assert len(class_names := texts(driver, "#bars svg text[text-anchor=end]:not(.strong)")) > 0
    assert not any(name.startswith("7 ") or name == "class7" for name in class_names)
    ends = texts(driver, "#curves figure:last-child svg text")
    assert not {"5 class5", "7 class7"} & set(ends)
    assert "0 class0" in ends or "23 class23" in ends


def test_curves_of_classes_are_means_over_a_tenth_of_a_long_run(show: Callable[..., Any], pages: Path) -> None:
    driver = show()
    assert "centred means" not in texts(driver, "#curves figcaption")[0]  # 12 epochs: every epoch by itself
    choose(driver, "#groups", "CIFAR-10 · paper scale")
    assert "Curves are centred means over 13 epochs." in texts(driver, "#curves figcaption")[0]
    script = (
        "return [...document.querySelectorAll('#curves figure:first-child path')].map((one) => one.getAttribute('d'))"
    )
    drawn = np.array(
        [[pair.split()[1] for pair in re.split("[ML]", line)[1:]] for line in driver.execute_script(script)]
    )
    run = next(run for run in load_all(pages / "runs") if run.name("scale") == "paper" and run.name("loss") == "ce")
    # 292 of the chart's 330 pixels are 100 %
    for index, line in enumerate(300 - 292 * np.round(run.class_curve().T, 3)):
        assert np.allclose(drawn[index].astype(float), smooth(line, window(120)), atol=0.1)


def test_a_command_in_a_note_is_code(show: Callable[..., Any]) -> None:
    driver = show()
    assert texts(driver, "#verdicts-missing code")[0].startswith("sl reproduce experiment=cifar10 scale=cpu")
    assert "`" not in texts(driver, "#verdicts-missing")[0]


def test_drawn_figures_are_pictures_in_the_page(show: Callable[..., Any]) -> None:
    driver = show()
    pictures = "return [...document.querySelectorAll('#drawn img')].map((image) => image.alt.split(';')[0])"
    assert driver.execute_script(pictures) == ["SL by its parameters"]
    assert "Representation of the test images (t-SNE); SL and its terms alone" in texts(driver, "#drawn-lacking")[0]
    assert texts(driver, "#drawn-lacking code") == ["make figures"]
    driver.execute_script("document.getElementById('drawn').scrollIntoView()")
    width = "const image = document.querySelector('#drawn img'); return image.decode().then(() => image.naturalWidth)"
    assert driver.execute_script(width) == 1800
    choose(driver, "#groups", "CIFAR-10 · paper scale")
    assert driver.execute_script(pictures) == []
