"""The one place where a configuration node becomes an object."""

import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from sl.config.groups import did_you_mean
from sl.config.messages import not_given, unknown_option
from sl.errors import UserError

# Where the classes of a node come from: nothing else fits, and a configuration must not name just any code.
PACKAGES = {
    "dataset": "sl.data",
    "noise": "sl.noise",
    "model": "sl.models",
    "loss": "sl.losses",
    "tracker": "sl.tracker",
}
TRANSITION = "transition"
NOISE_MATRIX = "noise"  # `transition: noise` stands for the matrix of the run's own noise


def build(node: DictConfig, option: str, **context: Any) -> Any:
    """The object that `node` describes.

    `option` is the node's name on the command line ("loss"), which errors are reported under. Of `context`
    (num_classes, transition, ...) the constructor gets what it has a parameter for: values that only the run
    knows. Raises UserError for unknown classes, unknown or missing parameters and values that the constructor
    refuses; what else it raises is a bug and comes through.
    """
    parameters = check_node(OmegaConf.to_container(node, resolve=True), option, PACKAGES[option], context)
    given = {key: value for key, value in context.items() if key in parameters}
    try:
        return instantiate(node, **given, _convert_="all")
    except InstantiationException as error:
        if isinstance(error.__cause__, ValueError | TypeError):
            raise UserError(_refusal(error, error.__cause__, option)) from error
        raise


def check_node(node: Any, option: str, package: str, context: Mapping[str, Any]) -> Collection[str]:
    """The parameters of the class that `node` names; UserError unless `node` and `context` hold what it needs.

    Nodes inside `node` are checked likewise, before anything is built.
    """
    signature = inspect.signature(find_class(str(node["_target_"]), option, package))
    parameters = {key: value for key, value in signature.parameters.items() if value.kind != value.VAR_KEYWORD}
    for key, value in node.items():
        if key != "_target_" and key not in parameters:
            raise UserError(unknown_option(f"{option}.{key}", [*parameters], value=value))
        from_file = key == TRANSITION and isinstance(value, str)  # whoever builds the loss reads the file
        if key in context and not from_file:
            raise UserError(f"{option}.{key}={value}: the run itself sets it, no other value is allowed")
        if isinstance(value, dict) and "_target_" in value:
            check_node(value, f"{option}.{key}", package, {})
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in node and key not in context:
            raise UserError(not_given(f"{option}.{key}"))
    return parameters.keys()


def find_class(target: str, option: str, package: str) -> type:
    """The class called `target`; UserError unless there is one in `package`."""
    given = f"{option}._target_={target}"
    if not target.startswith(f"{package}."):
        raise UserError(f"{given}: allowed are the classes of {package}")
    place, _, name = target.rpartition(".")
    try:
        module = import_module(place)
    except ModuleNotFoundError as error:
        if error.name and f"{place}.".startswith(f"{error.name}."):
            raise UserError(f"{given}: there is no module {error.name}") from None
        raise
    found = getattr(module, name, None)
    if not inspect.isclass(found):
        classes = [key for key, value in vars(module).items() if inspect.isclass(value)]
        raise UserError(f"{given}: there is no such class; {did_you_mean(name, classes)}allowed are those of {package}")
    return found


def _refusal(error: InstantiationException, cause: BaseException, option: str) -> str:
    """What the constructor said, under the name of the node that it was called for."""
    place = next((line.split(": ", 1)[1] for line in str(error).splitlines() if line.startswith("full_key: ")), option)
    return named(place, str(cause)) if isinstance(cause, UserError) else f"{place}: it is refused: {cause}"


def named(option: str, message: str) -> str:
    """`message` about a parameter (`rate=1.5: ...`), or about something else, as one about `option`.

    >>> named("noise", "rate=1.5: must be a number in [0, 1]"), named("noise", "noise=human: not on mnist")
    ('noise.rate=1.5: must be a number in [0, 1]', 'noise=human: not on mnist')
    """
    message = re.sub(r"^(\w+)=None:", r"\1=null:", message)  # as it is typed
    about_parameter = re.match(r"\w+[=:]", message) and not message.startswith(f"{option}=")
    return f"{option}.{message}" if about_parameter else message


@contextmanager
def under(option: str) -> Iterator[None]:
    """Put the name of `option` before what a UserError raised inside says of a parameter."""
    try:
        yield
    except UserError as error:
        raise UserError(named(option, str(error))) from error
