"""The two files of a saved network: NAME.safetensors and NAME.json; the JSON is written last."""

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from sl.errors import UserError, reason
from sl.files import replace_file, replace_json, replacing, writing
from sl.saved.description import FORMAT, read_description

SUFFIXES = (".json", ".safetensors")
NAMED = 5  # how many networks of a folder a message names; it counts the rest


def model_path(models_dir: Path, dataset: str, identity: str) -> Path:
    """The path of the JSON of a run's saved network."""
    return models_dir / dataset / f"{identity}.json"


def as_file(tensors: dict[str, Tensor]) -> bytes:
    """The content of a safetensors file of `tensors`: the same bytes for the same values."""
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def write_files(path: Path, content: bytes, description: dict[str, Any]) -> None:
    """Write the weights (`content` of `as_file`) beside `path`, then the JSON to `path`: it appears last.

    The JSON holds `description`, the format, the weights' file name and the sha256 of that file.
    """
    weights = path.with_suffix(".safetensors")
    with writing(path.parents[1], "models_dir"):
        replace_file(weights, content)
        of_file = {"weights": weights.name, "sha256": hashlib.sha256(content).hexdigest()}
        replace_json(path, {"format": FORMAT, **description, **of_file})


def read_files(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Description and tensors of the saved network whose JSON or weights lie at `path`; UserError where damaged."""
    if Path(path).suffix not in SUFFIXES or os.path.isdir(path):  # Path.is_dir raises for a name that is too long
        rule = f"it must be a file of a saved network, {' or '.join(SUFFIXES)}"
        raise UserError(f"{path or 'an empty path'}: {rule}{_networks_in(path)}")
    about = Path(path).with_suffix(".json")
    try:
        description = read_description(about.read_text(encoding="utf-8"))
        weights = about.parent / description["weights"]
        content = weights.read_bytes()
        if hashlib.sha256(content).hexdigest() != description["sha256"]:
            raise UserError(f"{weights}: its sha256 must be the one that {about.name} names; the file was changed")
        return description, load(content)
    except OSError as error:
        raise UserError(f"{error.filename or about}: it must be a file of a saved network: {reason(error)}") from None
    except (ValueError, SafetensorError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{about}: it must be the description of a saved network: {error}") from None


def _networks_in(folder: str | Path) -> str:
    """The end of a message that names the saved networks in `folder`; empty if there are none."""
    globs = ("*.json", "*/*.json") if os.path.isdir(folder) else ()
    paths = [path for glob in globs for path in sorted(Path(folder).glob(glob))]
    found = [str(path) for path in paths if os.path.exists(path.with_suffix(".safetensors"))]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f", such as {', '.join(found[:NAMED])}{more}" if found else ""


@contextmanager
def output(out: Path, model: Path, pictures: Sequence[Path] = ()) -> Iterator[Path]:
    """For a block that writes the file of the option `out`: it gets a temporary path (see `replacing`).

    UserError, if possible before the block, where the file cannot be written, or is one that is read: a file of the
    saved network `model`, or one of the `pictures`.
    """
    try:
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        read = [*(model.with_suffix(suffix) for suffix in SUFFIXES), *pictures]
        if out.exists() and any(path.exists() and out.samefile(path) for path in read):
            raise UserError("out", out, "must be another file than those that are read")
        with replacing(out) as part:
            part.touch()
            yield part
    except OSError as error:
        raise UserError(f"out={out}: must be a file that can be written: {reason(error)}") from None
