"""Reads the file of an experiment (configs/experiment, or in --config-dir) and says in one line what is wrong in it."""

import shlex
from itertools import product
from pathlib import Path
from typing import Any

from sl.checks import integer
from sl.config.config_dir import config_dir
from sl.config.files import read_yaml
from sl.config.groups import choices
from sl.config.hydra_errors import CONFIG_ERRORS, explain
from sl.config.overrides import swept, with_quotes
from sl.errors import UserError, did_you_mean, reason
from sl.paths import CONFIG_DIR

Overrides = tuple[str, ...]
GROUP = "experiment"
ENTRIES = ("first", "parts", "runs", "seeds", "repeat_first")


def file_of(name: str) -> Path:
    """The file of the experiment `name`: in configs/, else in --config-dir; Hydra searches in this order too."""
    ours, own = CONFIG_DIR / GROUP / f"{name}.yaml", config_dir()
    return own / GROUP / f"{name}.yaml" if own and not ours.is_file() else ours


def load(name: str) -> dict[str, Any]:
    """The content of the file of the experiment `name`; UserError for a mistake in it."""
    path = file_of(name)
    content = read_yaml(path)
    try:
        _check(content)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return content


def _check(content: dict[str, Any]) -> None:
    for entry, value in content.items():
        if entry not in ENTRIES:
            hint = did_you_mean(entry, ENTRIES)
            raise UserError(entry, rule=f"there is no such entry; {hint}must be one of {', '.join(ENTRIES)}")
        if entry != "seeds" and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise UserError(entry, value, "must be a list of texts")
    for entry in ("first", "parts"):
        for other in content.get(entry, []):
            if not file_of(other).is_file():
                hint = did_you_mean(other, choices(GROUP)) or "sl reproduce --help lists them"
                raise UserError(entry, other, f"there is no such experiment; {hint.rstrip()}")
    if not any(map(content.get, ("first", "parts", "runs"))):
        raise UserError("runs", rule='is required, such as ["dataset=digits loss=ce,sl"]')
    if content.get("runs") and content.get("seeds") is None:
        raise UserError("seeds", rule="is required, such as [0,1,2]")
    parse_seeds(content.get("seeds"))
    for run in (*content.get("runs", []), *content.get("repeat_first", [])):
        if any(word.startswith("seed=") for word in expand(run)[0]):
            raise UserError(f"{run}: must not set seed; give seeds: [0,1,2]")


def expand(run: str) -> list[Overrides]:
    """Every combination of the comma lists in `run`, a line of overrides as for ``sl train -m``.

    >>> expand("loss=ce,sl noise=none")
    [('loss=ce', 'noise=none'), ('loss=sl', 'noise=none')]
    """
    try:
        values = swept([with_quotes(word, in_a_sweep=True) for word in shlex.split(run)])
    except CONFIG_ERRORS as error:  # ValueError: a quote is not closed
        said = reason(error) if isinstance(error, ValueError) else explain(error)
        raise UserError(f"{run}: {said}") from None
    if values is None:
        raise UserError(f"{run}: must list its values; an interval is for a sweeper")
    return list(product(*values))


def parse_seeds(text: object) -> list[int] | None:
    """The seeds of ``seeds=0`` or ``seeds=[0,1,2]``; None for None, which keeps the experiment's own."""
    if text is None:
        return None
    values = text if isinstance(text, list) else [text]
    if not values:
        raise UserError("seeds", text, "must be a whole number or a list of them, such as [0,1,2]")
    return [integer("seeds", value, 0) for value in values]
