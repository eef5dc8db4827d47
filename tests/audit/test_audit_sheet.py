"""The contact sheet shows a picture as training reads it."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sl.audit.sheet import small_picture
from sl.audit.subject import Subject


def test_sixteen_bits_are_scaled_and_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned right by 90 degrees
    pixels = np.array([[65535, 32768], [0, 0]], np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    nothing = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    subject = Subject(nothing, torch.tensor([0]), None, ("a.png",), ("ant", "bee"), 1, tmp_path)
    assert np.asarray(small_picture(subject, 0))[..., 0].tolist() == [[0, 255], [0, 128]]
