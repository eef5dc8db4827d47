"""Pages in headless Chromium: Debian's packages chromium and chromium-driver, and selenium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--disable-dev-shm-usage",  # containers have 64 MB there, and a page that finds it full ends
)  # fmt: skip
TOO_WIDE = """
return [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
  .map((node) => `${node.tagName} ${node.id} ${node.textContent.slice(0, 40)}`)
"""


def set_width(driver: Any, width: int) -> None:
    """A screen of so many pixels across, a telephone's or a desk's."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def texts(driver: Any, selector: str) -> list[str]:
    """What all elements say that the selector finds."""
    script = "return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)"
    return driver.execute_script(script, selector)


def fetched(driver: Any) -> list[str]:
    """What the page has loaded beside itself."""
    return driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """Selenium's driver of a browser with its profile in that folder; skips the test where one is missing."""
    webdriver: Any = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install selenium")
    browser, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not chromedriver:
        pytest.skip("no chromium and chromedriver on the PATH: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        yield started
    finally:
        started.quit()
