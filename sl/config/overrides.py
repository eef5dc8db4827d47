"""Reads overrides as Hydra does, without composing anything."""

from collections.abc import Sequence

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override


def parsed(typed: Sequence[str]) -> list[Override]:
    """The overrides that `typed` holds; Hydra's own error where one cannot be parsed."""
    hydra = GlobalHydra.instance()
    loader = hydra.config_loader() if hydra.is_initialized() else None  # finds the choices of loss=glob(*)
    return OverridesParser.create(loader).parse_overrides(list(typed))
