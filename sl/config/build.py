"""The one place where a configuration node becomes an object."""

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import get_class, instantiate
from omegaconf import DictConfig, OmegaConf

from sl.errors import UserError

ALLOWED_TARGETS = ("sl.", "torch.")


def check_targets(node: Any, option: str) -> None:
    """Raise UserError if `node`, or a node in it, names a class from outside this project and torch."""
    if not isinstance(node, dict):
        return
    target = node.get("_target_")
    if target is not None and not str(target).startswith(ALLOWED_TARGETS):
        raise UserError(f"{option}._target_={target}: allowed are classes of {' and '.join(ALLOWED_TARGETS)}")
    for key, value in node.items():
        check_targets(value, f"{option}.{key}")


def build(node: DictConfig, option: str, **context: Any) -> Any:
    """The object that `node` describes.

    `option` is the node's name on the command line ("loss"), which errors are reported under. Of `context`
    (num_classes, transition, ...) the constructor gets what it has a parameter for: values that only the run
    knows. Raises UserError for unknown classes, unknown parameters and values that the constructor refuses.
    """
    check_targets(OmegaConf.to_container(node, resolve=True), option)
    try:
        parameters = inspect.signature(get_class(node._target_)).parameters
    except Exception as error:
        raise UserError(f"{option}._target_={node._target_}: there is no such class") from error
    given = {key: value for key, value in context.items() if key in parameters}
    unknown = [str(key) for key in node if key != "_target_" and key not in parameters]
    if unknown:
        raise UserError(f"{option}.{unknown[0]}: there is no such option; allowed here: {', '.join(parameters)}")
    try:
        return instantiate(node, **given, _convert_="all")
    except InstantiationException as error:
        raise UserError(_one_line(error, option)) from error


def _one_line(error: InstantiationException, option: str) -> str:
    """What the constructor said, under the name of the node that it was called for."""
    place = next((line.split(": ", 1)[1] for line in str(error).splitlines() if line.startswith("full_key: ")), option)
    cause = error.__cause__
    if isinstance(cause, UserError):
        return f"{place}.{cause}"
    return f"{place}: {cause or error}".splitlines()[0]


@contextmanager
def under(option: str) -> Iterator[None]:
    """Put `option.` before what a UserError raised inside says of a parameter (`rate=1.5: ...`)."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{option}.{error}" if re.match(r"\w+[=:]", str(error)) else str(error)) from error
