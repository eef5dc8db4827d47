"""The contact sheet: suspects.html, one page that needs nothing else and works from the file system."""

import base64
import json
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sl.audit.rank import Array, Ranking
from sl.audit.subject import Subject
from sl.files import replace_file

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL = 128  # px of the longer side
QUALITY = 80


def write_sheet(
    path: Path, subject: Subject, ranking: Ranking, probabilities: Array, most: int, summary: dict[str, Any]
) -> int:
    """Write the sheet of the `most` most suspicious images whose suggestion differs; how many it shows.

    It holds the labels of all images too, so that it can export a whole corrected file.
    """
    labels = subject.labels.numpy()
    shown = suspicious(subject, ranking, most)
    data = {
        "summary": summary,
        "key": subject.key,
        "classes": subject.class_names,
        "all": [[name, int(label), subject.split(row)]
                for row, (name, label) in enumerate(zip(subject.names, labels, strict=True))],
        "cards": [
            {
                "row": row,
                "suggested": int(ranking.suggested[row]),
                "confidence": [round(float(probabilities[row, labels[row]]), 4),
                               round(float(probabilities[row, ranking.suggested[row]]), 4)],
                "wrong": round(float(ranking.wrong[row]), 4),
                "change": bool(ranking.change[row]),
                "image": thumbnail(subject, row),
            }
            for row in shown
        ],
    }  # fmt: skip
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {"style": _part("style.css"), "script": _part("sheet.js"), "data": text.replace("<", "\\u003c")}
    page = _part("index.html")
    for name, part in parts.items():
        page = page.replace(f"/*{name}*/", part, 1)
    replace_file(path, page)
    return len(shown)


def suspicious(subject: Subject, ranking: Ranking, most: int) -> list[int]:
    """Rows of the `most` most suspicious images whose suggestion differs from their label."""
    differs = ranking.suggested != subject.labels.numpy()
    return [row for row in ranking.order.tolist() if differs[row]][:most]


def thumbnail(subject: Subject, row: int) -> str:
    """`small_picture` as a data URI."""
    return data_uri(small_picture(subject, row), "PNG" if subject.root is None else "JPEG")


def small_picture(subject: Subject, row: int) -> "Image":
    """A small picture of an image: of its file where there is one, else of what is trained on."""
    from PIL import Image, ImageOps

    if subject.root is not None:
        with Image.open(subject.root / subject.names[row]) as original:
            picture = ImageOps.exif_transpose(original).convert("RGB")
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            return picture
    array = subject.images[row].permute(1, 2, 0).numpy()
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def data_uri(picture: "Image", kind: str) -> str:
    """`picture` as a data URI."""
    buffer = BytesIO()
    picture.save(buffer, kind, quality=QUALITY)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _part(name: str) -> str:
    return (files("sl.audit") / "page" / name).read_text(encoding="utf-8")
