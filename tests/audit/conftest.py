"""Audits of small sets, which need no data from outside."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from audited import Audit, audits_below

from sl.audit.rank import Ranking
from sl.audit.subject import Subject


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    """Nothing here may reach another machine; the browser is driven over a local port."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a connection to {address} was tried")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_only)
        yield


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Run an audit with these overrides; the folder with its results."""
    return audits_below(tmp_path / "audit")


@pytest.fixture
def subject() -> Subject:
    """Forty images of three classes, one with names that a CSV has to quote."""
    labels = torch.arange(40) % 3
    names = tuple(f"a, b/{row:02}.png" for row in range(40))
    images = torch.randint(256, (40, 3, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Subject(images, labels, None, names, ("cat", "dog, big", 'a "quoted" one'), 30)


@pytest.fixture
def probabilities(subject: Subject) -> np.ndarray:
    """Predictions that agree with the labels, but on rows 5, 9 and 31: these are of the next class."""
    rows = np.full((40, 3), 0.05)
    rows[np.arange(40), subject.labels.numpy()] = 0.9
    for row in (5, 9, 31):
        rows[row] = 0.05
        rows[row, (int(subject.labels[row]) + 1) % 3] = 0.9
    return rows


@pytest.fixture
def ranking(subject: Subject, probabilities: np.ndarray) -> Ranking:
    """The ranking of these predictions; rows 5 and 9 are decided to be wrong."""
    labels = subject.labels.numpy()
    score = probabilities[np.arange(40), labels]
    change = np.isin(np.arange(40), (5, 9))
    return Ranking(np.argsort(score, kind="stable"), score, probabilities.argmax(1), 1 - score, change)
