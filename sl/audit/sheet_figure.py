"""The most suspicious pictures as one figure, for the report and for talks."""

from pathlib import Path

from matplotlib.figure import Figure

from sl.audit.figure import save_and_tell
from sl.audit.rank import Ranking
from sl.audit.sheet import small_picture, suspicious
from sl.audit.subject import Subject
from sl.figures.style import WIDTH, short

COLUMNS, ROWS = 8, 4


def draw_suspects(subject: Subject, ranking: Ranking, title: str, stem: Path) -> None:
    """Save `stem`.png and .svg: up to 32 pictures, each under "label given → suggested"; no file without suspects."""
    save_and_tell(lambda: _figure(subject, ranking, title), stem)


def _figure(subject: Subject, ranking: Ranking, title: str) -> Figure | None:
    shown = suspicious(subject, ranking, COLUMNS * ROWS)
    if not shown:
        return None
    rows = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(WIDTH, 1.45 * rows + 0.4), layout="constrained")
    figure.suptitle(f"{title}: label given → suggested", x=0.008, ha="left", fontsize=10.5, fontweight="bold")
    for place, axes in enumerate(figure.subplots(rows, COLUMNS, squeeze=False).flat):
        axes.axis("off")
        if place < len(shown):
            row = shown[place]
            picture = small_picture(subject, row)
            axes.imshow(picture, cmap="gray" if picture.mode == "L" else None, interpolation="nearest")
            given, suggested = int(subject.labels[row]), int(ranking.suggested[row])
            names = (short(subject.class_names[label]) for label in (given, suggested))
            axes.set_title("\n→ ".join(names), fontsize=7, loc="center")
    return figure
