"""What the tests of whole audits share."""

import csv
from collections.abc import Callable
from pathlib import Path

from sl.audit.command import run_audit
from sl.config.compose import compose_run

Audit = Callable[..., Path]
SHORT = ("runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu", "jobs=1")
DIGITS = ("dataset=digits", "noise=symmetric", "noise.rate=0.2", "loss=sl", "scale.train_share=0.3", "recipe.epochs=8")


def audits_below(folder: Path) -> Audit:
    """Runs an audit with these overrides, which writes below `folder`; the folder with its results."""
    places = [f"{name}_dir={folder / name}" for name in ("runs", "models", "checkpoints")]
    places.append(f"results_dir={folder}")
    return lambda *more: run_audit(compose_run([*SHORT, *places, *more], "audit"))


def suspects(out: Path) -> list[dict[str, str]]:
    """The rows of suspects.csv in the folder of an audit."""
    return list(csv.DictReader((out / "suspects.csv").read_text().splitlines()))


class Stopped(Exception):
    """Raised where an audit would begin to train."""
