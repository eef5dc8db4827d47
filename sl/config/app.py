"""Runs a command that Hydra configures: mistakes of its user end in one line and exit code 2."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hydra
from omegaconf import DictConfig

from sl.config.explain import CONFIG_ERRORS, explain
from sl.config.schema import register
from sl.errors import UserError

CONFIG_DIR = Path(__file__).resolve().parents[2] / "configs"


def fail(message: str) -> None:
    """Print `message` as the one line of an error and exit with code 2."""
    print(f"sl: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    sys.exit(2)


def run_app(task: Callable[[DictConfig], Any], config_name: str) -> None:
    """Compose `config_name` with the command line, and run `task` on it (once for every job of a multirun)."""
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra then raises instead of printing and exiting with 1
    register()
    try:
        hydra.main(version_base="1.3", config_path=str(CONFIG_DIR), config_name=config_name)(task)()
    except UserError as error:
        fail(str(error))
    except CONFIG_ERRORS as error:
        fail(explain(error))
    except KeyboardInterrupt:
        print("sl: stopped; the same command goes on from the last checkpoint", file=sys.stderr, flush=True)
        sys.exit(130)
