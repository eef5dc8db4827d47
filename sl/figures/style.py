"""How every figure looks: sizes, colours and files. README width is about 900 pixels, which is WIDTH at 100 dpi."""

import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from sl.files import replacing, writing
from sl.record.shown import shown

WIDTH = 9.0  # inches
DPI = 150
INK, FAINT = "#222222", "#767676"

CLASS_COLOURS = (  # Petroff's ten (arXiv 2107.02270), chosen to stay apart under colour-vision deficiency
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
OTHER_LOSS = "#555555"  # of a loss whose file has no colour
LONGEST_NAME = 18  # characters
PASSES = 5  # of the layout

FALLBACK_FONTS = sorted(  # for class names in other scripts, where such fonts are installed
    {font.name for font in fontManager.ttflist if re.search(r"Noto Sans CJK|Unicode MS|PingFang|YaHei", font.name)}
)
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans", *FALLBACK_FONTS],
    "text.parse_math": False,  # a class may be called "$"
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "svg.hashsalt": "sl",  # the same element names each time, so that an unchanged figure is an unchanged file
    "svg.fonttype": "path",
}


def class_colour(index: int, classes: int) -> str:
    """The colour of a class, the same on every figure: one of ten, or for more classes its place on cividis."""
    return CLASS_COLOURS[index] if classes <= 10 else to_hex(colormaps["cividis"](index / (classes - 1)))


def class_colours(classes: int) -> list[str]:
    """The colours of all classes, in order; `classes` is their number."""
    return [class_colour(index, classes) for index in range(classes)]


def loss_colour(loss: str) -> str:
    """The colour of a loss, which its file in configs/loss states under `shown`; dark grey where it states none."""
    return shown("loss", loss).colour or OTHER_LOSS


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """`colour` mixed with white; strength 1 leaves it as it is."""
    red, green, blue = (1 - strength * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def short(name: str) -> str:
    """`name`, cut where it is too long to stand beside a panel."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def save_figure(draw: Callable[[], Figure | None], stem: Path) -> tuple[list[Path], list[str]]:
    """Call `draw` in this style and save its figure as `stem`.png and `stem`.svg, without a date; no file for None.

    Returns the files and warnings about them: characters that no installed font has. Raises UserError
    where the files cannot be written.
    """
    with matplotlib.rc_context(STYLE), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = draw()
        if figure is None:
            return [], []
        settle(figure)
        paths = [stem.with_name(f"{stem.name}{suffix}") for suffix in (".png", ".svg")]  # a name may have a dot
        with writing(stem.parent, "out"):
            with replacing(paths[0]) as part:
                figure.savefig(part, format="png", dpi=DPI, metadata={"Software": None})
            with replacing(paths[1]) as part:
                figure.savefig(part, format="svg", metadata={"Date": None})
    return paths, _missing_characters(caught)


def _missing_characters(caught: Sequence[warnings.WarningMessage]) -> list[str]:
    """One notice about matplotlib's warnings of missing glyphs; every other warning is shown as usual."""
    missing: dict[str, None] = {}
    for warning in caught:
        if glyph := re.match(r"Glyph (\d+) .* missing from font", str(warning.message)):
            missing[chr(int(glyph[1]))] = None
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return [f"no installed font has the characters {''.join(missing)}; boxes are drawn"] if missing else []


def settle(figure: Figure) -> None:
    """Lay the figure out, round the positions of its panels and fix them.

    The layout's solver differs in the last bit from one run to the next, which would change names in the SVG. It needs
    several passes: square panels do not fill the height of the first pass, so that their titles seem to need no room.
    """
    for _ in range(PASSES):
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(value, 5) for value in axes.get_position(original=True).bounds)
        axes.set_position((left, bottom, width, height))
