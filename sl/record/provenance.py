"""Where a record comes from: code, packages and machine."""

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sl
from sl.paths import ROOT
from sl.record.schema import Provenance

PACKAGES = ("torch", "torchvision", "numpy", "hydra-core", "omegaconf", "scikit-learn")
CODE = ("sl", "scripts", "configs", "requirements.txt")


def _git(*arguments: str) -> str | None:
    """What git says about the folder of this code, or None; variables such as GIT_DIR do not send it elsewhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def commit() -> tuple[str | None, bool | None]:
    """The commit of the code and whether the code differs from it (new records do not count as a difference).

    Outside a checkout of its own, for instance on a machine that only got a copy or inside another repository,
    SL_COMMIT may name it; what was changed since is then unknown (None).
    """
    top = _git("rev-parse", "--show-toplevel")
    head = _git("rev-parse", "HEAD") if top and Path(top).resolve() == ROOT else None
    if head is None:
        return os.environ.get("SL_COMMIT"), None
    changes = _git("status", "--porcelain", "--untracked-files=normal", "--", *CODE)  # however git is configured
    return head, None if changes is None else bool(changes)


def _versions() -> Iterator[tuple[str, str]]:
    """The packages that are installed, with their versions."""
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def provenance(device: str, precision: str, step: str) -> Provenance:
    """Commit, package versions, Python, device (in words), precision, how a step runs, and the time (UTC)."""
    head, dirty = commit()
    return Provenance(
        commit=head,
        dirty=dirty,
        packages={"sl": sl.__version__, **dict(_versions())},
        python=platform.python_version(),
        device=device,
        precision=precision,
        step=step,
        started=now(),
    )


def now() -> str:
    """The time, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
