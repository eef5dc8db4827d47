"""The list of all figures; draws those that the records allow, and says what is missing."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sl.comparison import RunGroup
from sl.comparison.group_order import in_order, other_data
from sl.errors import UserError
from sl.figures import (
    ablation,
    boosting,
    ce_and_sl,
    class_comparison,
    class_confidence,
    class_curves,
    class_memorisation,
    confusion,
    memorisation,
    parameters,
    representation,
    stage_bars,
    transition,
)
from sl.figures.style import save_figure
from sl.numbers import plural
from sl.paper import USUAL_RECIPE
from sl.record import Run
from sl.record.shown import dataset_title
from sl.scale import scale_title

FIGURES: dict[str, Callable[[RunGroup], Figure | None]] = {  # by file name; with its number in the paper, if known
    "class_curves": class_curves.draw,  # Fig. 1
    "ce_and_sl": ce_and_sl.draw,
    "representation": representation.draw,  # Fig. 2
    "stage_bars": stage_bars.draw,  # Fig. 3
    "confusion": confusion.draw,
    "class_confidence": class_confidence.draw,  # Fig. 4
    "class_comparison": class_comparison.draw,
    "memorisation": memorisation.draw,
    "class_memorisation": class_memorisation.draw,
    "parameters": parameters.draw,
    "ablation": ablation.draw,
    "boosting": boosting.draw,
    "transition": transition.draw,
}

NOT_DRAWN = "not drawn: "  # before the reason, if a file beside the records is damaged
NO_RUN = "no run recorded yet: sl train records runs"


def folder(group: RunGroup) -> Path:
    """Where a group's figures go, below the output folder: data set, then scale (and recipe, if not the usual one).

    A scale with a hyphen has a folder for each recipe: scale `cpu-apl` shares none with scale `cpu`, recipe `apl`.
    """
    dataset, scale, recipe = group.names
    if "-" in scale:
        return Path(dataset, scale, recipe)
    return Path(dataset) / (scale if recipe == USUAL_RECIPE else f"{scale}-{recipe}")


def draw_all(runs: list[Run], out: Path) -> Iterator[str]:
    """Draw the figures of all finished `runs` below `out`; yields a line for each file written or figure missing.

    Where runs of one data set, scale and recipe differ in more than noise, loss and seed, the first group of
    like runs is drawn (`in_order`) and the others are named as left out. Raises UserError where `out` cannot be
    written.
    """
    if out.exists() and not out.is_dir():
        raise UserError("out", out, "must be a folder to write to")
    if not runs:
        yield NO_RUN
    drawn: dict[Path, RunGroup] = {}
    announced: set[str] = set()
    for group in in_order(runs):
        place = folder(group)
        if place in drawn:
            left, why = plural(len(group.members), "run"), other_data(group.head, drawn[place].head)
            yield f"{place}: left out {left} of {why or 'other size or training'} ({scale_title(group.head)})"
            continue
        drawn[place] = group
        for state, runs_in_it in (("not finished", group.unfinished), ("diverged", group.diverged)):
            if runs_in_it:
                yield f"{place}: {plural(len(runs_in_it), 'run')} {state}, not drawn"
        yield from _draw_group(group, out / place, announced)


def _draw_group(group: RunGroup, folder: Path, announced: set[str]) -> Iterator[str]:
    for name, draw in FIGURES.items():
        try:
            paths, notices = save_figure(partial(draw, group), folder / name)
        except UserError as error:
            if error.option == "out":  # `out` cannot be written to; other errors: a damaged file beside the records
                raise
            yield f"{folder / name}: {NOT_DRAWN}{error}"
            continue
        yield from (f"{folder}: {notice}" for notice in notices if notice not in announced)
        announced.update(notices)
        if paths:
            yield f"{paths[0]} and .svg"
        elif not group.head.labels_given:  # nobody plans the paper's experiments for own data
            yield f"{folder / name}: not drawn, its runs are not recorded for {dataset_title(group.names[0])} yet"
