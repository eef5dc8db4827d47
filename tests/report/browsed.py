"""What the tests of the report in a browser share: records with gaps, and what a reader does."""

from pathlib import Path
from typing import Any

import synthetic

OPEN = """
const [done] = arguments, closed = [...document.querySelectorAll("main > details:not([open])")];
const opened = closed.map((one) => new Promise((tell) => one.addEventListener("toggle", tell, { once: true })));
closed.forEach((one) => { one.open = true; });
Promise.all(opened).then(() => done());
"""


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
