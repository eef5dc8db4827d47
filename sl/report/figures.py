"""The figures that the page does not draw itself, as `make figures` left them, inside the page."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from sl.figures.build import folder
from sl.record import RunGroup

FIGURES = {
    "confusion": "Confusion matrices",
    "representation": "Representation of the test images (t-SNE)",
    "parameters": "SL by its parameters",
    "ablation": "SL and its terms alone",
    "boosting": "SL inside other methods",
    "transition": "Noise transition matrices",
}


def figure_images(group: RunGroup, figures: Path) -> list[dict[str, Any]]:
    """Title and picture (a data URI) of each; the picture is None where no file lies below the folder `figures`."""
    return [
        {"title": title, "image": data_uri(figures / folder(group) / f"{name}.png")} for name, title in FIGURES.items()
    ]


def data_uri(path: Path) -> str | None:
    """The PNG at `path` as a data URI; None where there is none."""
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode('ascii')}" if path.is_file() else None
