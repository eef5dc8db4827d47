"""The contact sheet suspects.html: a single file that a browser opens without a server or other files."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sl.audit.rank import Array, Ranking
from sl.audit.subject import Subject
from sl.data.decode import upright, without_warnings
from sl.files import replace_file
from sl.html import data_uri, whole_page

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL = 128  # px of the longer side
QUALITY = 80


def write_sheet(
    path: Path, subject: Subject, ranking: Ranking, probabilities: Array,
    suspects: list[int], sample: list[int], summary: dict[str, Any],
) -> None:  # fmt: skip
    """Write the sheet that shows the rows `suspects`, in this order, and the rows `sample`, drawn at random.

    It also holds the labels of all images and all changes of the audit, so that it can export a complete corrected
    list. A picture of the sample shows only its label: the network's prediction would bias the person who judges it.
    """
    labels = subject.labels.numpy()
    data = {
        "summary": summary,
        "key": subject.key,
        "classes": subject.class_names,
        "all": [[name, int(label), subject.split(row)]
                for row, (name, label) in enumerate(zip(subject.names, labels, strict=True))],
        "changes": {int(row): int(ranking.suggested[row]) for row in np.flatnonzero(ranking.change)},
        "suspects": [
            {
                "row": row,
                "suggested": int(ranking.suggested[row]),
                "confidence": [round(float(probabilities[row, labels[row]]), 4),
                               round(float(probabilities[row, ranking.suggested[row]]), 4)],
                "wrong": round(float(ranking.wrong[row]), 4),
                "image": thumbnail(subject, row),
            }
            for row in suspects
        ],
        "sample": [
            {"row": row, "suggested": other_class(probabilities[row], labels[row]), "image": thumbnail(subject, row)}
            for row in sample
        ],
    }  # fmt: skip
    replace_file(path, whole_page("sl.audit", ["sample", "sheet"], data))


def other_class(probabilities: Array, label: int) -> int:
    """The most probable class by `probabilities` (K,) except `label`, offered where the label is judged wrong."""
    return int(np.where(np.arange(len(probabilities)) == label, -1, probabilities).argmax())


def drawn_at_random(images: int, size: int, seed: int) -> list[int]:
    """Draw `size` of the rows 0 to `images` - 1 without replacement, in random order; all if there are fewer."""
    return [int(row) for row in np.random.default_rng(seed).permutation(images)[:size]]


def suspicious(subject: Subject, ranking: Ranking, most: int) -> list[int]:
    """The rows of at most `most` images whose suggested class differs from their label, the most suspicious first."""
    differs = ranking.suggested != subject.labels.numpy()
    return [row for row in ranking.order.tolist() if differs[row]][:most]


def thumbnail(subject: Subject, row: int) -> str:
    """`small_picture` as a data URI."""
    kind, buffer = "png" if subject.root is None else "jpeg", BytesIO()
    small_picture(subject, row).save(buffer, kind, quality=QUALITY)
    return data_uri(buffer.getvalue(), kind)


@without_warnings()
def small_picture(subject: Subject, row: int) -> "Image":
    """A small picture of an image: from its file if there is one, else the image in the size that is trained on."""
    from PIL import Image

    if subject.root is not None:
        with Image.open(subject.file_of(subject.names[row])) as original:
            picture = upright(original, "RGB")
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            return picture
    array = subject.images[row].permute(1, 2, 0).numpy()
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)
