"""What the tests of whole audits share."""

import csv
from collections.abc import Callable
from pathlib import Path

Audit = Callable[..., Path]
DIGITS = ("dataset=digits", "noise=symmetric", "noise.rate=0.2", "loss=sl", "scale.train_share=0.3", "recipe.epochs=8")


def suspects(out: Path) -> list[dict[str, str]]:
    """The rows of suspects.csv in the folder of an audit."""
    return list(csv.DictReader((out / "suspects.csv").read_text().splitlines()))


class Stopped(Exception):
    """Raised where an audit would begin to train."""
