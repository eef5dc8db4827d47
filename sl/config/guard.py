"""Wraps the task that Hydra calls, so that mistakes of the user are told from bugs, in whichever process a job runs."""

import functools
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.checked_config import checked_config
from sl.config.messages import as_typed
from sl.errors import UserError, reason
from sl.extras import missing
from sl.sweep import job


class Crash(Exception):
    """A bug, with its traceback as text: an exception loses its traceback on the way from another process."""


def guarded(task: Callable[[Any], Any], extras: Sequence[str]) -> Callable[[DictConfig], Any]:
    """Wrap `task` so that it gets the typed configuration, and raises UserError for user mistakes, else Crash.

    If a package is missing that one of the `extras` installs, the error names the command to install them.
    """

    @functools.wraps(task)
    def guarded_task(config: DictConfig) -> Any:
        hydra = HydraConfig.get()
        given = list(hydra.overrides.task)
        try:
            return task(checked_config(config, hydra.runtime.choices, given))
        except (SystemExit, KeyboardInterrupt):  # from a signal
            job.tell(final=True, state="stopped")
            raise
        except UserError as error:
            raise as_typed(error, given) from error
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and (line := missing(error, extras)):
                raise UserError(line) from error
            if isinstance(error, OSError) and error.filename:
                raise as_typed(refused_file(error, config), given) from error
            raise Crash(f"{traceback.format_exc()}sl: a bug, in the run {' '.join(given)}\n") from None

    return guarded_task


def refused_file(error: OSError, config: Mapping[Any, Any]) -> UserError:
    """The error for the file that `error` names, with the option in `config` whose folder contains it or lies in it."""
    file = Path(error.filename).absolute()
    for option in (str(name) for name in config if str(name).endswith("_dir")):
        folder = Path(config[option]).absolute()
        if file.is_relative_to(folder) or folder.is_relative_to(file):
            rule = f"must be a folder that can be created and used: {error.filename}: {reason(error)}"
            return UserError(option, config[option], rule)
    return UserError(f"{error.filename}: {reason(error)}")
