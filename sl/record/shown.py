"""How data sets, noise, networks and losses are shown: by their files in configs/, else by the records of their runs.

A choice from outside this package has no file here: the record holds what its own file said.
"""

import functools
import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sl.config.files import read_yaml
from sl.errors import UserError, reason
from sl.paths import CONFIG_DIR
from sl.record.lines import first_mistake
from sl.record.schema import Header, Presentation

NO_CHOICE = {  # names that have no file in configs/
    ("dataset", "webvision"): Presentation(title="WebVision"),
    ("noise", "given"): Presentation(title="as given", order=10),
}
_of_records: dict[tuple[str, str], Presentation] = {}


def described(group: str, name: str) -> Presentation | None:
    """How the choice `name` of `group` (dataset, noise, model, loss) is described; None without a description."""
    return known(group).get(name) or NO_CHOICE.get((group, name)) or _of_records.get((group, name))


def shown(group: str, name: str) -> Presentation:
    """How the choice `name` of `group` is shown; without a description, by its name."""
    return described(group, name) or Presentation(title=name)


def place(group: str, name: str) -> tuple[float, str]:
    """Sort key of a choice: its `order`, infinity without one; then its name."""
    order = shown(group, name).order
    return math.inf if order is None else order, name


def dataset_title(name: str) -> str:
    """The title of a data set, such as `CIFAR-10` for cifar10; without a description, `name`."""
    return shown("dataset", name).title


def loss_title(name: str) -> str:
    """The title of a loss, such as `SL` for sl; without a description, `name`."""
    return shown("loss", name).title


def loss_order(name: str) -> tuple[float, str]:
    """Sort key of a loss among the rows of a table, as `place`."""
    return place("loss", name)


@functools.cache
def known(group: str) -> dict[str, Presentation]:
    """The choices of `group` in configs/ that have a description, by name."""
    files = sorted((CONFIG_DIR / group).glob("*.yaml"))
    contents = {path.stem: read_yaml(path) for path in files}
    return {name: Presentation(**values["shown"]) for name, values in contents.items() if values.get("shown")}


def presentations(shown: Mapping[str, Any]) -> dict[str, Presentation]:
    """The option `shown` of a run, checked, for its record: how each choice is shown; UserError for wrong values."""
    try:
        return {choice: Presentation(**values) for choice, values in shown.items()}
    except (ValidationError, TypeError) as error:
        said = first_mistake(error) if isinstance(error, ValidationError) else reason(error)
        raise UserError(f"shown: must have title, order, colour (#rrggbb) and symbols: {said}") from None


def remember(header: Header) -> None:
    """Keep the descriptions of choices in `header` for later; the first record with a name counts."""
    for group, presentation in header.shown.items():
        _of_records.setdefault((group, getattr(header.config.names, group)), presentation)
