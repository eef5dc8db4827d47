"""Folders of files that are no modules: at the top of a checkout, or inside the package if a wheel was installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # the top of the checkout


def _found(installed: str, in_checkout: str) -> Path:
    folder = PACKAGE / installed
    return folder if folder.is_dir() else ROOT / in_checkout


CONFIG_DIR = _found("configs", "configs")
PUBLISHED = _found("published", "results/paper")  # published results, which tables and claims compare with
