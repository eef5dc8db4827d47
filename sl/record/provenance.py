"""Where a record comes from: code, packages and machine."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("torch", "torchvision", "numpy", "hydra-core", "omegaconf", "scikit-learn")
CODE = ("sl", "scripts", "configs", "requirements.txt")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def commit() -> tuple[str | None, bool | None]:
    """The commit of the code and whether the code differs from it (new records do not count as a difference).

    Outside a checkout, for instance on a machine that only got a copy, SL_COMMIT may name it; what was changed
    since is then unknown (None).
    """
    head = _git("rev-parse", "HEAD")
    if head is None:
        return os.environ.get("SL_COMMIT"), None
    return head, bool(_git("status", "--porcelain", "--", *CODE))


def provenance(device: str, precision: str) -> dict[str, Any]:
    """Commit, package versions, Python, device (in words), precision and starting time (UTC, ISO 8601)."""
    head, dirty = commit()
    return {
        "commit": head,
        "dirty": dirty,
        "packages": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "device": device,
        "precision": precision,
        "started": now(),
    }


def now() -> str:
    """The time, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
