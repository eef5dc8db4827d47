"""What stands between Hydra and a command's own work: tells mistakes of the user from bugs, wherever a job runs."""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.complete import check_complete
from sl.config.messages import as_typed
from sl.errors import UserError
from sl.processes import end_with_command


class Crash(Exception):
    """A bug: holds its traceback as text, since an exception that another process sends comes without."""


def guarded(task: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """`task`, on complete configurations only; raises UserError for a mistake of the user and Crash for all else."""

    @functools.wraps(task)
    def guarded_task(config: DictConfig) -> Any:
        typed = HydraConfig.get().overrides.task
        end_with_command()
        try:
            check_complete(config)
            return task(config)
        except UserError as error:
            raise UserError(as_typed(_with_folder(str(error), config), typed)) from error
        except Exception as error:
            refused = _refused_folder(error, config) if isinstance(error, OSError) else None
            if refused:
                raise UserError(refused) from error
            raise Crash(f"{traceback.format_exc()}sl: a bug, in the run {' '.join(typed)}\n") from None

    return guarded_task


def _folders(config: DictConfig) -> dict[str, Path]:
    """The folders that options name (data_dir, runs_dir, ...), by option=value."""
    names = [str(name) for name in config if str(name).endswith("_dir")]
    return {f"{name}={config[name]}": Path(config[name]).expanduser() for name in names}


def _with_folder(message: str, config: DictConfig) -> str:
    """`message`, which may begin with a file in one of those folders, with that option in front."""
    for option, folder in _folders(config).items():
        if message.startswith((f"{folder}/", f"{folder} ")):
            return f"{option}: {message}"
    return message


def _refused_folder(error: OSError, config: DictConfig) -> str | None:
    """What to say if `error` is about a file in one of those folders, or a folder above one."""
    if not error.filename:
        return None
    file = Path(error.filename).absolute()
    for option, folder in _folders(config).items():
        if file.is_relative_to(folder.absolute()) or folder.absolute().is_relative_to(file):
            return f"{option}: {error.filename}: {error.strerror}; allowed is a folder that can be made and used"
    return None
