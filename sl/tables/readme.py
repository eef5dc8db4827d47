"""Writes the parts of the README that come from records: its figure and its tables of accuracies."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from sl.comparison import RunGroup
from sl.comparison.group_order import in_order
from sl.comparison.titles import durations, origin, setting
from sl.figures import ce_and_sl, memorisation
from sl.figures.catalogue import folder
from sl.figures.cells import PAIR, usual_noise
from sl.paper import COMPARED, PAPER_EPOCHS
from sl.record import Run
from sl.record.shown import dataset_title, loss_title
from sl.scale import paper_scale, scale_name
from sl.tables.formats import table
from sl.tables.layout import own_results, runs_shown
from sl.tables.pages import page_name
from sl.tables.paired import comparisons, mark_note
from sl.tables.results import result

STATISTIC = "last epoch"
PICTURES = {"mnist": memorisation}


def block(runs: Sequence[Run]) -> str:
    """Markdown with the test accuracy, after the last epoch, of the methods that the paper compares.

    Each data set appears once, by its first group; groups at the paper's scale come first. Some tables follow a figure.
    Scale and origin of the runs follow each table. If one data set has runs at the paper's scale, one with only
    scaled-down runs gets a single line. Data sets without a finished run are listed at the end.
    """
    first: dict[str, RunGroup] = {}
    for group in in_order(runs):
        if group.names[0] in PAPER_EPOCHS and any(loss in COMPARED for loss in group.losses):
            first.setdefault(group.names[0], group)
    parts = []
    some_at_paper_scale = any(paper_scale(group.head) for group in first.values())
    for name, group in first.items():
        if some_at_paper_scale and not paper_scale(group.head):
            parts.append(brief(group))
            continue
        parts += [picture(group, PICTURES[name])] if name in PICTURES else []
        parts.append(results(group))
    missing = [dataset_title(name) for name in PAPER_EPOCHS if name not in first]
    if missing:
        parts.append(f"No finished run yet: {', '.join(missing)}.")
    return "\n\n".join(parts)


def _compared(group: RunGroup) -> RunGroup:
    """The part of the group with the losses that the paper compares."""
    return RunGroup(tuple(run for run in group.members if run.name("loss") in COMPARED))


def first_picture(runs: Sequence[Run]) -> str:
    """The link to the figure of CE and SL by class, for the first group with both; empty if there is none.

    Groups at the paper's scale come first.
    """
    groups = (group for group in in_order(runs) if group.names[0] in PAPER_EPOCHS)
    group = next((group for group in groups if len(ce_and_sl.cells(group)) == len(PAIR)), None)
    return picture(group, ce_and_sl) if group else ""


def picture(group: RunGroup, figure: ModuleType) -> str:
    """A Markdown image of a group's figure; its text has the title, the data set and the losses under each noise."""
    losses: dict[str, list[str]] = {}
    for loss, noise in figure.cells(group):
        losses.setdefault(noise.title, []).append(loss_title(loss))
    told = "; ".join(f"{', '.join(names)} ({noise})" for noise, names in losses.items())
    name = figure.__name__.rpartition(".")[2]
    place = Path("results/figures") / folder(group) / f"{name}.png"
    return f"![{figure.TITLE}, {dataset_title(group.names[0])}: {told}]({place.as_posix()})"


def results(group: RunGroup) -> str:
    """A Markdown table of test accuracy after the last epoch, with a title, and scale and origin of the runs below."""
    title = f"**{dataset_title(group.names[0])}, test accuracy (%) after the last epoch**, mean ± std over seeds (n)"
    shown, paired = _compared(group), comparisons(group, STATISTIC)
    rows, runs = table(*own_results(shown, STATISTIC, paired)), runs_shown(shown)
    made = f"{setting(group.head)}. {origin(runs)} · {durations(runs)}. {mark_note(paired)}"
    return f"{title}\n\n{rows}\n\n{made.rstrip()}"


def brief(group: RunGroup) -> str:
    """One line: test accuracy after the last epoch under the usual noise, and a link to all results of the group."""
    shown, (dataset, scale, _) = _compared(group), group.names
    noise = usual_noise(shown)
    cells = [f"{loss_title(loss)} {found}" for loss in shown.losses if (found := result(shown, loss, noise, STATISTIC))]
    title = f"**{dataset_title(dataset)}, {scale_name(group.head)}, {noise.title}**"
    link = f"[all its results, scale and origin](results/tables/{page_name(dataset, scale)}.md)"
    return f"{title}, test accuracy (%) after the last epoch (n): {', '.join(cells)}; {link}."
