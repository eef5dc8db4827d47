"""NVIDIA's Multi-Process Service, by which processes share a GPU at the same time instead of taking turns."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from sl.errors import UserError

CONTROL = "nvidia-cuda-mps-control"
PLACES = ("CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_LOG_DIRECTORY")


@contextmanager
def multi_process_service() -> Iterator[None]:
    """The service runs during the block, for the processes that are started in it; no setting of the GPU changes.

    Raises UserError where it is not installed or cannot be started.
    """
    control = shutil.which(CONTROL)
    if control is None:
        raise UserError(f"{CONTROL} is not installed, which comes with NVIDIA's driver")
    before = {name: os.environ.get(name) for name in PLACES}
    with TemporaryDirectory() as folder:
        os.environ.update(dict.fromkeys(PLACES, folder))
        try:
            started = subprocess.run([control, "-d"], capture_output=True, text=True, check=False)
            if started.returncode:
                raise UserError(f"{CONTROL} -d: {' '.join((started.stdout + started.stderr).split())}")
            try:
                yield
            finally:
                subprocess.run([control], input="quit\n", text=True, capture_output=True, check=False)
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
