"""NVIDIA's Multi-Process Service, by which processes share a GPU at the same time instead of taking turns."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # the service may write to its log until it is gone
        os.environ.update(dict.fromkeys(PLACES, folder))
        try:
            call([control, "-d"], "", Path(folder, "said"))
            try:
                yield
            finally:
                call([control], "quit\n", Path(folder, "said"))
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def call(command: list[str], typed: str, said: Path) -> None:
    """Run `command`; what it says goes to the file `said`, since a pipe would stay open as long as the service runs."""
    with said.open("w") as out:
        try:
            done = subprocess.run(command, input=typed, text=True, stdout=out, stderr=out, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            raise UserError(f"{' '.join(command)}: does not come back") from None
    if done.returncode:
        raise UserError(f"{' '.join(command)}: {' '.join(said.read_text().split())}")
