"""The two files of a saved network: NAME.safetensors and NAME.json; the JSON is written last."""

import hashlib
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from sl.errors import UserError
from sl.files import replace_file, replace_json, writing
from sl.saved.description import FORMAT, read_description


def model_path(models_dir: Path, dataset: str, identity: str) -> Path:
    """The JSON of a run's saved network."""
    return models_dir / dataset / f"{identity}.json"


def as_file(tensors: dict[str, Tensor]) -> bytes:
    """`tensors` as a safetensors file has them: the same bytes for the same values."""
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def write_files(path: Path, content: bytes, description: dict[str, Any]) -> None:
    """Write the weights (of `as_file`) beside the JSON at `path`, then the JSON: it appears when all is there.

    `description` gets the format, the weights' file name and the sha256 of that file.
    """
    weights = path.with_suffix(".safetensors")
    with writing(path.parent, "models_dir"):
        replace_file(weights, content)
        whole = {"format": FORMAT, **description, "weights": weights.name, "sha256": sha256(content)}
        replace_json(path, whole)


def read_files(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Description and tensors of the saved network at `path`, its JSON or its weights; UserError where damaged."""
    if not Path(path).name:
        raise UserError(f"{path or 'an empty path'}: it must be a file of a saved network")
    about = Path(path).with_suffix(".json")
    try:
        description = read_description(about.read_text(encoding="utf-8"))
        weights = about.parent / description["weights"]
        content = weights.read_bytes()
        if sha256(content) != description["sha256"]:
            raise UserError(f"{weights}: its sha256 must be the one that {about.name} names; the file was changed")
        return description, load(content)
    except OSError as error:
        raise UserError(f"{error.filename or about}: it must be a file of a saved network: {error.strerror}") from None
    except (ValueError, SafetensorError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{about}: it must be the description of a saved network: {error}") from None


def sha256(content: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
