"""What all tests of the kit share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def without_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX starts threads, and warns where a later test forks; its own test runs in processes of its own."""
    monkeypatch.setitem(sys.modules, "jax", None)
