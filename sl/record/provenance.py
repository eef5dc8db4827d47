"""Where a record comes from: the code, the packages and the machine."""

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
    """The output of git in the folder of this code, or None if it fails; variables such as GIT_DIR have no effect."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def commit() -> tuple[str | None, bool | None]:
    """The commit of the code, and whether the code differs from it (new records do not count).

    Outside a checkout of its own, for instance in a copy without .git or inside another repository, the variable
    SL_COMMIT may name the commit; whether the code differs from it is then unknown (None).
    """
    top = _git("rev-parse", "--show-toplevel")
    head = _git("rev-parse", "HEAD") if top and Path(top).resolve() == ROOT else None
    if head is None:
        return os.environ.get("SL_COMMIT"), None
    changes = _git("status", "--porcelain", "--untracked-files=normal", "--", *CODE)  # however git is configured
    return head, None if changes is None else bool(changes)


def _versions() -> Iterator[tuple[str, str]]:
    """Name and version of each of PACKAGES that is installed."""
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def provenance(device: str, precision: str, step: str) -> Provenance:
    """The provenance of a run that starts now; `device` is in words, `step` says how a training step runs."""
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
    """The current time, UTC, in ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
