"""Where files lie that are no modules: at the top of a checkout, inside the package where a wheel was installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # of the checkout


def _found(installed: str, in_checkout: str) -> Path:
    folder = PACKAGE / installed
    return folder if folder.is_dir() else ROOT / in_checkout


CONFIG_DIR = _found("configs", "configs")
PUBLISHED = _found("published", "results/paper")  # figures of others, which tables and claims compare with
