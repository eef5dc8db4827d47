"""What all tests share."""

import os
import random
import socket
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from chromium import chromium

from sl import fused

os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # for the processes that tests start
import_module("matplotlib.font_manager")  # lists the fonts once: a process that has to do it may say so on stderr
os.environ["no_proxy"] = "127.0.0.1,localhost"  # servers of tests, and the browser's, are on this machine


THREADS = torch.get_num_threads()


@pytest.fixture(autouse=True)
def whatever_came_before() -> Iterator[None]:
    """A test draws the same without a generator of its own, and a run leaves none of its options in the process."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    yield
    fused.enable(False)
    torch.set_num_threads(THREADS)
    if torch.are_deterministic_algorithms_enabled():  # the call imports a compiler
        torch.use_deterministic_algorithms(False)


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Where the real data sets lie; tests that need them are skipped where SL_DATA_DIR is unset."""
    root = os.environ.get("SL_DATA_DIR")
    if not root:
        pytest.skip("SL_DATA_DIR is unset: it names the folder that holds the real data sets")
    return Path(root)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium."""
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started
