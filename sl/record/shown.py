"""How data sets, noise, networks and losses are shown: as their own files in configs/ say, else as their records do.

What comes from outside this package has no file here: its record carries what its own file said.
"""

import functools
import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sl.config.files import read_yaml
from sl.errors import UserError
from sl.paths import CONFIG_DIR
from sl.record.schema import Header, Presentation

NO_CHOICE = {  # what no file in configs/ stands for
    ("dataset", "webvision"): Presentation(title="WebVision"),
    ("noise", "given"): Presentation(title="as given", order=10),
}
_of_records: dict[tuple[str, str], Presentation] = {}


def described(group: str, name: str) -> Presentation | None:
    """How the choice `name` of `group` (dataset, noise, model, loss) asks to be shown, if it does."""
    return known(group).get(name) or NO_CHOICE.get((group, name)) or _of_records.get((group, name))


def shown(group: str, name: str) -> Presentation:
    """How the choice `name` of `group` is shown; without a description, by its name."""
    return described(group, name) or Presentation(title=name)


def place(group: str, name: str) -> tuple[float, str]:
    """Sort key of a choice: the place that it asks for, or the last, then its name."""
    order = shown(group, name).order
    return math.inf if order is None else order, name


def dataset_title(name: str) -> str:
    """`CIFAR-10` for cifar10."""
    return shown("dataset", name).title


def loss_title(name: str) -> str:
    """`SL` for sl; a loss that neither its file nor a record describes keeps its own name."""
    return shown("loss", name).title


def loss_order(name: str) -> tuple[float, str]:
    """Sort key of the rows: the place that a loss asks for, then its name."""
    return place("loss", name)


@functools.cache
def known(group: str) -> dict[str, Presentation]:
    """The choices of `group` in configs/ that say how they are shown."""
    files = sorted((CONFIG_DIR / group).glob("*.yaml"))
    contents = {path.stem: read_yaml(path) for path in files}
    return {name: Presentation(**values["shown"]) for name, values in contents.items() if values.get("shown")}


def presentations(shown: Mapping[str, Any]) -> dict[str, Presentation]:
    """What the choices of a run say of how they are shown, for its record; UserError for what cannot be."""
    try:
        return {choice: Presentation(**values) for choice, values in shown.items()}
    except (ValidationError, TypeError) as error:
        raise UserError(f"shown: must have title, order, colour (#rrggbb) and symbols: {error}") from None


def remember(header: Header) -> None:
    """Take over what a record's first line says of its choices; the first record of a name counts."""
    for group, presentation in header.shown.items():
        _of_records.setdefault((group, getattr(header.config.names, group)), presentation)
