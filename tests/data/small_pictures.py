"""Small pictures in folders."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sl.data import ImageFolder
from sl.errors import UserError


def save(path: Path, grey: int) -> None:
    """A small picture of one grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (3, 2), (grey, grey, grey)).save(path)


def refused(root: Path, **options: Any) -> str:
    """The one line that says why this folder is no data set."""
    with pytest.raises(UserError) as error:
        ImageFolder("mine", root, 8, **options).load()
    assert "\n" not in str(error.value)
    return str(error.value)
