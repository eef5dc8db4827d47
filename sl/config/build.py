"""The only place where configuration nodes become objects: only of classes on the allow-list.

On the command line, in a file or in a record, `_target_` could name any function of any installed package. So only
classes of the package for that kind of node (`KINDS`) are allowed, at every depth: also in lists and in nodes inside
nodes. `allow_targets=[mypackage]` adds the classes of your own installed package.
"""

import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from sl.config.messages import required, unknown_option
from sl.errors import UserError, did_you_mean


class Kind(NamedTuple):
    """A kind of configuration node: the package of its classes, the methods they need, and a `base` with these."""

    package: str
    methods: tuple[str, ...]
    base: str = ""


KINDS = {
    "dataset": Kind("sl.data", ("load", "fingerprint")),
    "noise": Kind("sl.noise", ("apply",)),
    "model": Kind("sl.models", ("features", "forward"), "sl.models.Classifier"),
    "loss": Kind("sl.losses", ("per_example", "after_epoch", "forward"), "sl.losses.Loss"),
    "tracker": Kind("sl.tracker", ("start", "epoch", "probe", "close")),
}
TRACKER = "tracker"  # this node holds one node for each tracker, by name; all other kinds are a single node
TRANSITION = "transition"
NOISE_MATRIX = "noise"  # `transition: noise` is the matrix of the run's own noise
Parameters = Mapping[str, inspect.Parameter]


def build(node: Mapping[str, Any], option: str, allow_targets: Sequence[str] = (), **context: Any) -> Any:
    """The object that `node` describes.

    `option` is the node's name on the command line ("loss"), which error messages use. `context` holds values that
    only the run knows (num_classes, transition, ...); the constructor gets those that it has a parameter for. Raises
    UserError for classes that are not allowed, unknown or missing parameters, and values that the constructor refuses
    (ValueError, TypeError); its other exceptions are bugs and pass through.
    """
    check_node(node, option, allow_targets, context)
    return _make(node, option, allow_targets, context)


def build_trackers(nodes: Mapping[str, Any], allow_targets: Sequence[str]) -> dict[str, Any]:
    """The trackers of a run by name, in the order of their choice."""
    return {name: build(node, f"{TRACKER}.{name}", allow_targets) for name, node in nodes.items()}


def check_node(node: Any, option: str, allow_targets: Sequence[str], context: Mapping[str, Any]) -> None:
    """Raise UserError unless each class in `node` is allowed, and gets the parameters that it needs and no others.

    `context` provides parameters for the outermost class. Nodes inside `node` are checked too. Nothing is built.
    """
    parameters = find_parameters(node, option, allow_targets)
    spare = [key for key in node if key != "_target_" and key not in parameters]
    if spare and not is_own(node):  # it replaces a class of this package, whose options are still in the node
        taken = f"it takes {', '.join(parameters)}" if parameters else "it takes none"
        group = option.partition(".")[0]
        without = " ".join(f"~{option}.{key}" for key in spare)
        rule = f"has no option {', '.join(spare)} ({taken}); add {without} to remove what the choice of {group} sets"
        raise UserError(f"{option}._target_", node["_target_"], rule)
    for key, value in node.items():
        if key in spare:
            raise unknown_option(f"{option}.{key}", [*parameters], value=value)
        from_file = key == TRANSITION and isinstance(value, str)  # the caller reads the file into `context`
        if key in context and not from_file:
            raise UserError(f"{option}.{key}", value, "must not be given: the run itself sets it")
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in node and key not in context:
            raise required(f"{option}.{key}")
    for place, inner in nodes_inside(node, option):
        check_node(inner, place, allow_targets, {})


def nodes_inside(value: Any, option: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The outermost nodes with a `_target_` inside `value`, with the option of each; `value` itself is not one."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        place = f"{option}[{key}]" if isinstance(value, list) else f"{option}.{key}"
        if isinstance(inner, dict) and "_target_" in inner:
            yield place, inner
        else:
            yield from nodes_inside(inner, place)


def _make(value: Any, option: str, allow_targets: Sequence[str], context: Mapping[str, Any]) -> Any:
    """Replace each node in `value` by its object, the innermost first; call `check_node` before."""
    if isinstance(value, list):
        return [_make(item, f"{option}[{place}]", allow_targets, {}) for place, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {key: _make(item, f"{option}.{key}", allow_targets, {}) for key, item in value.items() if key != "_target_"}
    if "_target_" not in value:
        return made
    found = find_class(value["_target_"], option, allow_targets)
    wanted = inspect.signature(found).parameters
    try:
        return found(**made | {key: given for key, given in context.items() if key in wanted})
    except UserError as error:
        raise error.under(option) from error
    except (ValueError, TypeError) as error:
        raise UserError(option, rule=f"{found.__name__} refuses its values: {error}") from error


def find_parameters(node: Any, option: str, allow_targets: Sequence[str]) -> Parameters:
    """The named parameters of the class that `node` names, by name; UserError if it is not allowed."""
    parameters = inspect.signature(find_class(node["_target_"], option, allow_targets)).parameters
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: parameter for name, parameter in parameters.items() if parameter.kind in named}


def find_class(target: object, option: str, allow_targets: Sequence[str]) -> type:
    """The class called `target`; UserError unless an allowed package has it and it fits the kind of `option`."""
    kind = KINDS[option.partition(".")[0].partition("[")[0]]
    packages, place = (kind.package, *allow_targets), f"{option}._target_"
    module, _, name = target.rpartition(".") if isinstance(target, str) else ("", "", "")
    if not _inside(module, packages):
        hint = "; allow_targets=[PACKAGE] adds your own" if not allow_targets else ""
        raise UserError(place, target, f"must be a class of {' or '.join(packages)}{hint}")
    try:
        members = vars(import_module(module))
    except ModuleNotFoundError as error:
        if error.name and _inside(module, (error.name,)):
            raise UserError(place, target, f"there is no module {error.name}") from None
        raise
    classes = {key: value for key, value in members.items() if inspect.isclass(value)}
    # A module's names include its imports: sl.losses.base.Tensor is not a class of sl.losses.
    known = {key: found for key, found in classes.items() if _inside(found.__module__, packages) and fits(found, kind)}
    if name in classes and name not in known and _inside(classes[name].__module__, packages):
        raise UserError(place, target, _misfit(classes[name], kind))
    if name not in known:
        rule = f"must be one of {', '.join(known)}" if known else f"must be a class with {', '.join(kind.methods)}"
        raise UserError(place, target, f"{did_you_mean(name, known)}{rule}")
    return known[name]


def is_own(node: Mapping[str, Any]) -> bool:
    """Whether the class of `node` is one of this package."""
    return str(node["_target_"]).startswith("sl.")


def fits(found: type, kind: Kind) -> bool:
    """Whether the class is not abstract and has the methods of its kind."""
    abstract = inspect.isabstract(found) or getattr(found, "_is_protocol", False)
    return not abstract and all(callable(getattr(found, method, None)) for method in kind.methods)


def _misfit(found: type, kind: Kind) -> str:
    """The rule for an error message: which methods this kind needs, and why the class does not fit."""
    lacking = [method for method in kind.methods if not callable(getattr(found, method, None))]
    why = f"it has no {', '.join(lacking)}" if lacking else "it is abstract"
    inherit = f"; a subclass of {kind.base} has what is missing" if kind.base and lacking else ""
    return f"must be a class with {', '.join(kind.methods)}, but {why}{inherit}"


def _inside(module: str, packages: Collection[str]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)
