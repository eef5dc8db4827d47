"""The folder of the user's own configuration files: --config-dir of a command that Hydra configures."""

from pathlib import Path

from hydra.core.config_search_path import SearchPathQuery
from hydra.core.global_hydra import GlobalHydra

PROVIDER = "command-line"  # Hydra's name for this folder in its search path


def config_dir() -> Path | None:
    """The --config-dir of the running command; None without one."""
    hydra = GlobalHydra.instance()
    places = hydra.config_loader().get_search_path().get_path() if hydra.is_initialized() else []
    return next((Path(place.path.removeprefix("file://")) for place in places if place.provider == PROVIDER), None)


def add_config_dir(folder: Path) -> None:
    """Add `folder` to the search path of Hydra, which must be initialised, as --config-dir does."""
    loader = GlobalHydra.instance().config_loader()
    places = loader.get_search_path()
    places.prepend(PROVIDER, f"file://{folder}", SearchPathQuery(provider="schema"))
    loader.repository.initialize_sources(places)  # type: ignore[attr-defined]  # Hydra's only loader has it


def command_words(command: str) -> list[str]:
    """The first words of a command line to print: sl, `command`, and --config-dir if the running command has one.

    >>> command_words("train")
    ['sl', 'train']
    """
    folder = config_dir()
    return ["sl", command, *(["--config-dir", str(folder)] if folder else [])]
