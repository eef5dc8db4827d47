"""Records of a report, and the report in headless Chromium: Debian's chromium and chromium-driver, and selenium."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from browsed import OPEN, untested
from chromium import fetched, set_width
from matplotlib.image import imsave
from report_data import LITERATURE, SEEDS

from sl.record import load_all
from sl.report.write import write


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """CE and SL at symmetric 40 %, three seeds each; one run with another alpha; one that is not finished."""
    root = tmp_path / "runs"
    for loss in ("ce", "sl"):
        for seed in SEEDS:
            synthetic.record(root, loss, seed=seed)
    synthetic.record(root, "sl", seed=0, loss_options={"alpha": 6.0})
    synthetic.write(root, synthetic.lines(synthetic.header("gce"))[:4])
    return root


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page of some invented runs, at two scales, and below `begun` that of one unfinished run."""
    root = tmp_path_factory.mktemp("report")
    for loss in ("ce", "sl"):
        for seed in (0, 1, 2):
            synthetic.record(root / "runs", loss, seed=seed)
        synthetic.record(root / "runs", loss, rate=0.6)
        synthetic.record(root / "runs", loss, scale="paper", epochs=120)
    synthetic.record(root / "runs", "gce")
    picture = root / "figures" / "cifar10" / "cpu" / "parameters.png"
    picture.parent.mkdir(parents=True)
    imsave(picture, np.zeros((700, 1800)))
    write(load_all(root / "runs"), LITERATURE, root, root / "figures", root / "audit")
    synthetic.write(root / "unfinished", synthetic.lines(synthetic.header("gce"))[:4])
    write(load_all(root / "unfinished"), LITERATURE, root / "begun", root / "figures", root / "audit")
    for loss in ("ce", "sl"):
        synthetic.own(root / "folder", loss)
    untested(root / "gaps")
    write(load_all(root / "gaps"), LITERATURE, root / "gap", root / "figures", root / "audit")
    (root / "audit" / "mine").mkdir(parents=True)
    found = {"summary": "Of 9 labels an estimated 3 % are wrong.", "fingerprint": "invented"}
    (root / "audit" / "mine" / "noise.json").write_text(json.dumps(found))
    imsave(root / "audit" / "mine" / "suspects.png", np.zeros((70, 180)))
    write(load_all(root / "folder"), LITERATURE, root / "own", root / "figures", root / "audit")
    return root


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
