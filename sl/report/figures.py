"""The figures that `make figures` drew, as pictures inside the page; the page draws the others itself."""

from pathlib import Path
from typing import Any

from sl.errors import UserError, reason
from sl.html import data_uri

FIGURES = {
    "confusion": "Confusion matrices",
    "representation": "Representation of the test images (t-SNE)",
    "parameters": "SL by its parameters",
    "ablation": "SL and its terms alone",
    "boosting": "SL inside other methods",
    "transition": "Noise transition matrices",
}


def figure_images(place: Path | None) -> list[dict[str, Any]]:
    """Title and picture (a data URI) of each of FIGURES; None where the folder `place` has no such file, or is None."""
    return [{"title": title, "image": place and image(place / f"{name}.png")} for name, title in FIGURES.items()]


def image(path: Path) -> str | None:
    """The PNG at `path` as a data URI; None where there is none. UserError where it cannot be read."""
    try:
        return data_uri(path.read_bytes(), "png") if path.is_file() else None
    except OSError as error:
        raise UserError(f"{path}: must be a picture that can be read: {reason(error)}; draw it again") from None
