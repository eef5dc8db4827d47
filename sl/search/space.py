"""Which parameters of a loss are searched, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.checks import flag, number
from sl.errors import UserError

FIELDS = ("low", "high", "log")
DIGITS = 3  # significant, of a value that is tried: what is printed can be typed, and finer differences mean nothing


@dataclass(frozen=True)
class Range:
    """An option of the run, such as loss.alpha, and the interval in which it is searched."""

    option: str
    low: float
    high: float
    log: bool


def search_space(config: DictConfig) -> list[Range]:
    """The ranges in `config.search.ranges`; UserError if there is none, or one that is not of the loss."""
    nodes = OmegaConf.to_container(config.search.ranges, resolve=True)
    assert isinstance(nodes, dict)
    ranges = [_range(path, node, config) for path, node in _leaves(nodes, "")]
    if not ranges:
        example = "'+search.ranges.NAME={low:0.1,high:1}'"
        raise UserError("search.ranges", rule=f"must name parameters of loss={config.loss._target_}, as in {example}")
    return ranges


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """`values` as they are tried.

    >>> rounded({"loss.alpha": 0.0321987})
    {'loss.alpha': 0.0322}
    """
    return {option: float(f"{value:.{DIGITS}g}") for option, value in values.items()}


def _leaves(node: Mapping[Any, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Ranges with their path: parameters of a loss inside the loss (term.alpha) are nested in the same way."""
    for key, value in node.items():
        if isinstance(value, dict) and not set(value) & set(FIELDS):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _range(path: str, node: Any, config: DictConfig) -> Range:
    name = f"search.ranges.{path}"
    if not isinstance(node, dict) or not {"low", "high"} <= set(node) <= set(FIELDS):
        raise UserError(name, node, "must be {low: ..., high: ...}, with log: false for a uniform search")
    value = OmegaConf.select(config.loss, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(name, rule=f"must be a number that loss={config.loss._target_} has")
    log = flag(f"{name}.log", node.get("log", True))
    low = number(f"{name}.low", node["low"], 0, low_open=True) if log else number(f"{name}.low", node["low"])
    high = number(f"{name}.high", node["high"], low, low_open=True)
    return Range(f"loss.{path}", low, high, log)
