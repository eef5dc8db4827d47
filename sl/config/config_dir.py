"""The folder of one's own configuration files, --config-dir of a command that Hydra configures."""

from pathlib import Path

from hydra.core.config_search_path import SearchPathQuery
from hydra.core.global_hydra import GlobalHydra

PROVIDER = "command-line"  # what Hydra calls it among the places where it looks for files


def config_dir() -> Path | None:
    """The folder that the command at work was given; None without one."""
    hydra = GlobalHydra.instance()
    places = hydra.config_loader().get_search_path().get_path() if hydra.is_initialized() else []
    return next((Path(place.path.removeprefix("file://")) for place in places if place.provider == PROVIDER), None)


def add_config_dir(folder: Path) -> None:
    """Let Hydra, which is initialised, find the files in `folder` too, as it does for a command."""
    loader = GlobalHydra.instance().config_loader()
    places = loader.get_search_path()
    places.prepend(PROVIDER, f"file://{folder}", SearchPathQuery(provider="schema"))
    loader.repository.initialize_sources(places)  # type: ignore[attr-defined]  # of the one loader that there is


def command_words(command: str) -> list[str]:
    """The words that begin a printed command line: sl, the `command` and --config-dir where this command has one.

    >>> command_words("train")
    ['sl', 'train']
    """
    folder = config_dir()
    return ["sl", command, *(["--config-dir", str(folder)] if folder else [])]
