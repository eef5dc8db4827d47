"""What the tests of figures share."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import matplotlib
import pytest
import synthetic

from sl.figures.style import STYLE

SWEEP = ({"alpha": 1.0}, {"beta": 0.1}, {"log_zero": -4.0}, {"beta": 2.0, "log_zero": -4.60515})
ALONE = ({"alpha": 5.0, "beta": 0.0}, {"alpha": 0.0, "beta": 5.0})


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw as the files are drawn."""
    with matplotlib.rc_context(STYLE):
        yield


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Where records of CE and SL at 40 % lie, two seeds each."""
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed)
        synthetic.record(tmp_path, "sl", seed=seed)
    return tmp_path


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where records of CE and SL lie with what every figure needs: representations, shares of each class, a sweep, RCE,
    and methods with SL and without. Written once for all tests; they change a copy (`full`)."""
    runs = tmp_path_factory.mktemp("invented")
    for seed in (0, 1):
        for loss, spread in (("ce", 0.5), ("sl", 0.3)):
            path = synthetic.class_training(synthetic.record(runs, loss, seed=seed), [spread] * 10, [1 - spread] * 10)
            synthetic.representations(path, spread)
        synthetic.record(runs, "sl", "none", seed=seed)  # run under most noises: the parameters that stand for SL
        for loss in ("rce", "forward", "forward_sl", "lsr_sl"):
            synthetic.record(runs, loss, seed=seed)
        for options in (*SWEEP, *ALONE):
            synthetic.record(runs, "sl", seed=seed, loss_options=options)
    return runs


@pytest.fixture
def full(invented: Path, tmp_path: Path) -> Path:
    """A copy of these records."""
    return copytree(invented, tmp_path, dirs_exist_ok=True)
