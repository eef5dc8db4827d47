"""The page in headless Chromium: Debian's packages chromium and chromium-driver, and selenium."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from chromium import TOO_WIDE, fetched, set_width, texts
from matplotlib.image import imsave

from sl.figures.lines import smooth, window
from sl.record import load_all
from sl.report.write import write
from sl.tables import load

pytest.importorskip("selenium", reason="selenium is not installed: pip install selenium")
from selenium.webdriver.common.keys import Keys

PAPER = Path(__file__).parents[2] / "results" / "paper"
WIDTHS = (390, 1400)

OPEN = """
document.querySelectorAll("main > details").forEach((one) => { one.open = true; });
setTimeout(arguments[0], 50);
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page of some invented runs, at two scales, and below `empty` that of none."""
    root = tmp_path_factory.mktemp("report")
    for loss in ("ce", "sl"):
        for seed in (0, 1, 2):
            synthetic.record(root / "runs", loss, seed=seed)
        synthetic.record(root / "runs", loss, rate=0.6)
        synthetic.record(root / "runs", loss, scale="paper", epochs=120)
    synthetic.record(root / "runs", "gce")
    literature = load(PAPER)
    picture = root / "figures" / "cifar10" / "cpu" / "parameters.png"
    picture.parent.mkdir(parents=True)
    imsave(picture, np.zeros((700, 1800)))
    write(load_all(root / "runs"), literature, root, root / "figures", root / "audit")
    write([], literature, root / "empty", root / "figures", root / "audit")
    for loss in ("ce", "sl"):
        synthetic.own(root / "folder", loss)
    untested(root / "gaps")
    write(load_all(root / "gaps"), literature, root / "gap", root / "figures", root / "audit")
    (root / "audit" / "mine").mkdir(parents=True)
    found = {"summary": "Of 9 labels an estimated 3 % are wrong.", "fingerprint": "invented"}
    (root / "audit" / "mine" / "noise.json").write_text(json.dumps(found))
    imsave(root / "audit" / "mine" / "suspects.png", np.zeros((70, 180)))
    write(load_all(root / "folder"), literature, root / "own", root / "figures", root / "audit")
    return root


def untested(root: Path) -> None:
    """CE and SL on 24 classes: class 5 has no test images for SL, class 7 for neither."""
    for loss, missing in (("ce", (7,)), ("sl", (5, 7))):
        lines = synthetic.lines(synthetic.header(loss, classes=24))
        for line in lines:
            if line["kind"] == "epoch":
                line["class_accuracy"] = [
                    None if index in missing else value for index, value in enumerate(line["class_accuracy"])
                ]
        synthetic.write(root, lines)


@pytest.fixture
def show(driver: Any, pages: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page at a width, and all sections; afterwards the console must be empty and nothing fetched."""

    def load(width: int = 1400, folder: str = ".", *, opened: bool = True) -> Any:
        set_width(driver, width)
        driver.get((pages / folder / "index.html").as_uri())
        if opened:
            driver.execute_async_script(OPEN)
        return driver

    yield load
    assert driver.get_log("browser") == []
    assert fetched(driver) == []


def choose(driver: Any, selector: str, text: str) -> None:
    """Choose the option that begins with `text`, as a user does."""
    found = driver.execute_script(
        "const select = document.querySelector(arguments[0]);"
        "const option = [...select.options].find((one) => one.text.startsWith(arguments[1]));"
        "if (!option) return false;"
        "select.value = option.value; select.dispatchEvent(new Event('change', { bubbles: true })); return true;",
        selector,
        text,
    )
    assert found, f"{selector} has no option {text}"


def class_means(loss: str, epoch: int, seeds: tuple[int, ...] = (0, 1, 2), **options: Any) -> list[str]:
    """The ten numbers that the bars must show."""
    means = synthetic.curves(loss, "class_accuracy", seeds, **options)[:, epoch - 1].mean(axis=0)
    return [f"{round(1000 * value) / 10:.1f}" for value in means]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("folder", [".", "empty"])
def test_nothing_is_wider_than_the_screen(show: Callable[..., Any], width: int, folder: str) -> None:
    driver = show(width, folder)
    assert driver.execute_script(TOO_WIDE) == []
    choose(driver, "#verdicts-shown", "all")
    driver.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert driver.execute_script(TOO_WIDE) == []
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    driver.execute_script("document.querySelector('.behind')?.click()")
    assert driver.execute_script(TOO_WIDE) == []


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


def test_bars_of_intervals_fill_the_width_of_their_table(show: Callable[..., Any]) -> None:
    driver = show(opened=False)
    ends = driver.execute_script(
        "return [...document.querySelectorAll('#top-claims .interval')].flatMap((plot) =>"
        " [...[...plot.querySelectorAll('line')].flatMap((line) => [line.x1.baseVal.value, line.x2.baseVal.value]),"
        "  plot.querySelector('circle').cx.baseVal.value])"
    )
    assert min(ends) == pytest.approx(5, abs=0.1)
    assert max(ends) == pytest.approx(145, abs=0.1)


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


def test_all_verdicts_have_their_numbers(show: Callable[..., Any]) -> None:
    driver = show()
    heads = [head.removesuffix(" ↕") for head in texts(driver, "#verdicts-table table:first-child thead th")]
    assert heads == ["claim", "paper", "ours [95 % interval]", "n", "verdict"]
    assert set(texts(driver, "#verdicts .setting .badge")) == {"scaled-down run"}
    choose(driver, "#verdicts-shown", "supported")
    assert set(texts(driver, "#verdicts-table .verdict")) == {"✓ supported"}


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


def test_without_records_it_says_so(show: Callable[..., Any]) -> None:
    driver = show(folder="empty")
    assert "no finished run yet: CIFAR-10" in texts(driver, "#missing li")
    for section in ("classwise", "losses", "confidence", "results", "runs"):
        assert texts(driver, f"#{section} .notice") == ["No finished run is recorded yet."]


def test_controls_and_pictures_have_names(show: Callable[..., Any]) -> None:
    driver = show()
    unnamed = "return [...document.querySelectorAll('select, input')].filter((one) => !one.labels.length).length"
    assert driver.execute_script(unnamed) == 0
    pictures = driver.execute_script("return [...document.querySelectorAll('figure svg')].map((one) => one.ariaLabel)")
    assert pictures
    assert all(pictures)
