"""What stands between Hydra and a command's own work: tells mistakes of the user from bugs, wherever a job runs."""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.complete import check_complete
from sl.config.say import as_typed
from sl.errors import UserError


class Crash(Exception):
    """A bug: holds its traceback as text, since an exception that another process sends comes without."""


def guarded(task: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """`task`, on complete configurations only; raises UserError for a mistake of the user and Crash for all else."""

    @functools.wraps(task)
    def guarded_task(config: DictConfig) -> Any:
        try:
            check_complete(config)
            return task(config)
        except UserError as error:
            raise UserError(as_typed(str(error), HydraConfig.get().overrides.task)) from error
        except OSError as error:
            raise _folder_error(error, config) or Crash(traceback.format_exc()) from None
        except Exception:
            raise Crash(traceback.format_exc()) from None

    return guarded_task


def _folder_error(error: OSError, config: DictConfig) -> UserError | None:
    """What to say if `error` is about a file in one of the folders that options name (data_dir, runs_dir, ...)."""
    for option in (str(key) for key in config if str(key).endswith("_dir")):
        folder = Path(config[option]).absolute()
        file = Path(str(error.filename)).absolute() if error.filename else None
        if file and (file.is_relative_to(folder) or folder.is_relative_to(file)):
            return UserError(
                f"{option}={config[option]}: {error.filename}: {error.strerror}; allowed is a folder that can be used"
            )
    return None
