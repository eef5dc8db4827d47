"""The search space: which parameters of a loss are searched, and in which ranges."""

import copy
import functools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sl.checks import INT64_MAX, flag, integer, number
from sl.config.build import find_parameters
from sl.config.flat import flat
from sl.errors import UserError
from sl.options.search import SearchConfig

FIELDS = ("low", "high", "log")
Parameters = dict[str, float]  # options of a run, such as loss.alpha, with their values
DIGITS = 3  # significant digits of a tried value, so that it can be typed as printed; finer steps mean nothing


@dataclass(frozen=True)
class Range:
    """An option of the run, such as loss.alpha, and the interval in which it is searched.

    The bounds are rounded like the tried values, so that none of these lies outside. With `log`, values are sampled on
    a logarithmic scale. With `whole`, only integers are tried, because the loss takes no others.
    """

    option: str
    low: float
    high: float
    log: bool
    whole: bool = False

    @property
    def path(self) -> str:
        """The parameter's dotted name inside the loss."""
        return self.option.removeprefix("loss.")


def with_values(loss: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    """A copy of `loss` in which the parameters with the dotted names in `values` have those values.

    >>> with_values({"active": {"alpha": 2.0}}, {"active.alpha": 1.0})
    {'active': {'alpha': 1.0}}
    """
    changed = copy.deepcopy(dict(loss))
    for path, value in values.items():
        *nodes, name = path.split(".")
        functools.reduce(operator.getitem, nodes, changed)[name] = value
    return changed


def search_space(config: SearchConfig) -> list[Range]:
    """The ranges in `config.search.ranges`; UserError if there is none, or one does not fit a number of the loss."""
    ranges = [_range(path, node, config) for path, node in _leaves(config.search.ranges, "")]
    if not ranges:
        example = "'+search.ranges.NAME={low:0.1,high:1}'"
        raise UserError("search.ranges", rule=f"must name parameters of {name_of(config)}, as in {example}")
    return ranges


def name_of(config: SearchConfig) -> str:
    """The override that names the loss's class, ``loss=...``, for error messages."""
    return f"loss={config.loss['_target_']}"


def to_three_digits(values: Mapping[str, float]) -> Parameters:
    """`values` rounded to three significant digits, which is what is tried; integers stay as they are.

    >>> to_three_digits({"loss.alpha": 0.0321987})
    {'loss.alpha': 0.0322}
    """
    return {option: _as_tried(value) for option, value in values.items()}


def _leaves(node: Mapping[Any, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Ranges with their dotted path; the parameters of a loss inside the loss (term.alpha) are nested in `node`."""
    for key, value in node.items():
        if isinstance(value, dict) and not set(value) & set(FIELDS):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _range(path: str, node: Any, config: SearchConfig) -> Range:
    name = f"search.ranges.{path}"
    if not isinstance(node, dict) or not {"low", "high"} <= set(node) <= set(FIELDS):
        raise UserError(name, node, "must be {low: ..., high: ...}, with log: false for a uniform search")
    value = dict(flat(config.loss)).get(path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(name, rule=f"must be a number that {name_of(config)} has")
    log = flag(f"{name}.log", node.get("log", True))
    if _is_whole(path, config):
        least = integer(f"{name}.low", node["low"], 1 if log else -INT64_MAX)
        return Range(f"loss.{path}", least, integer(f"{name}.high", node["high"], least + 1), log, whole=True)
    low = number(f"{name}.low", node["low"], 0, low_open=True) if log else number(f"{name}.low", node["low"])
    high = _as_tried(number(f"{name}.high", node["high"], low, low_open=True))
    low = _as_tried(low)
    if low == high:
        raise UserError(f"{name}.high", node["high"], f"must be above low in the first {DIGITS} digits")
    return Range(f"loss.{path}", low, high, log)


def _is_whole(path: str, config: SearchConfig) -> bool:
    """Whether the class that has the parameter at `path` inside the loss annotates it as an int."""
    *nodes, name = path.split(".")
    node: Mapping[str, Any] = functools.reduce(operator.getitem, nodes, config.loss)
    found = find_parameters(node, "loss", config.allow_targets).get(name) if "_target_" in node else None
    return found is not None and found.annotation in (int, "int")


def _as_tried(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")
