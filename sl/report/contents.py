"""All data of the report page, as JSON values; they do not depend on when the page is made."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sl.claims.evaluate import group_outcomes
from sl.claims.rule import RULE, Verdict
from sl.comparison import RunGroup
from sl.comparison.group_order import in_order, recipe_differences
from sl.comparison.titles import origin, setting
from sl.figures.catalogue import folder
from sl.figures.cells import usual_noise
from sl.figures.class_confidence import most_probed
from sl.figures.style import class_colours
from sl.files import relative
from sl.paper import PAPER_EPOCHS
from sl.record import Run
from sl.record.shown import dataset_title, loss_order
from sl.report.figures import figure_images
from sl.report.results import published_tables, results
from sl.report.runs import entry, positions
from sl.report.series import all_series
from sl.report.suspects import suspects
from sl.report.verdicts import verdict_entry
from sl.scale import paper_scale, scale_badge
from sl.tables.published import Literature

BEHIND = "Press a number, or the button below a figure, to see the runs behind it."
PAPER_TITLE = "Symmetric cross entropy: does the paper hold?"
PAPER_INTRO = (
    "The claims of “Symmetric Cross Entropy for Robust Learning with Noisy Labels” (Wang et al., ICCV 2019), tested on "
    f"this project's own runs. {BEHIND}"
)


def contents(runs: Sequence[Run], literature: Literature, out: Path, figures: Path, audits: Path) -> dict[str, Any]:
    """The page's data of at least one run; paths of records are relative to the folder `out`.

    Pictures come from the folder `figures`. The folder `audits` holds audits (docs/audit.md) of own data; what they
    found is shown with the runs on these data.
    Runs at the paper's scale come first. No claim of the paper is tested on own data.
    """
    places = {run.identity: place for place, run in enumerate(runs)}
    pages = in_order(runs)
    drawn = {folder(group): group for group in reversed(pages)}  # a folder holds the figures of its first group
    shown = [
        _group(group, literature, places, differs)
        | {
            "images": figure_images(figures / folder(group) if drawn[folder(group)] is group else None),
            "suspects": suspects(group, audits, out),
        }
        for group, differs in zip(pages, recipe_differences(pages), strict=True)
    ]
    own = all(group["own"] for group in shown)
    namesakes = Counter[str]()
    for group in shown:
        namesakes[group["label"]] += 1
        number = namesakes[group["label"]]
        group["label"] += f" · {number}" if number > 1 else ""
    return {
        "title": "Runs with labels as given" if own else PAPER_TITLE,
        "intro": BEHIND if own else PAPER_INTRO,
        "rule": RULE,
        "verdicts": [verdict.value for verdict in Verdict],
        "runs": [entry(run, out) for run in runs],
        "groups": shown,
        "published": [] if own else published_tables(literature.tables),
        "missing": _missing(runs, own),
    }


def _group(group: RunGroup, literature: Literature, places: dict[str, int], differs: str) -> dict[str, Any]:
    head, names = group.head, group.head.class_names
    tested = group.runs and not head.labels_given
    found = group_outcomes(group, literature, Path(), differs) if tested else None
    by_path = {relative(run.path, Path()): places[run.identity] for run in group.members}
    return {
        "own": head.labels_given,
        "paper_scale": paper_scale(head),
        "label": f"{dataset_title(group.names[0])} · {scale_badge(head)} · {group.names[2]}",
        "scale": scale_badge(head),
        "setting": setting(head) + (f" · differs from the runs of the same name above: {differs}" if differs else ""),
        "origin": origin(group.runs) if group.runs else f"{origin(group.members)} · none is finished",
        "classes": head.class_labels,
        "colours": class_colours(len(names)),
        "epochs": head.scale.epochs,
        "stages": head.stages.model_dump(),
        "probed": most_probed(group.runs) if group.runs else None,
        "noises": [noise.title for noise in group.noises],
        "usual_noise": group.noises.index(usual_noise(group)) if group.noises else 0,
        "series": all_series(group, places),
        "claims": [verdict_entry(claim, by_path) for claim in (found.claims if found else ())],
        "missing": found.missing if found else "",
        "results": results(group, literature.tables, places),
        "runs": positions(sorted(group.members, key=_order), places),
    }


def _order(run: Run) -> tuple[Any, ...]:
    return run.noise.order, loss_order(run.name("loss")), run.seed, run.identity


def _missing(runs: Sequence[Run], own: bool) -> list[str]:
    """Lines for data sets of the paper without a finished run, and for the numbers of diverged and unfinished runs."""
    finished = {run.name("dataset") for run in runs if run.complete}
    lacking = [
        f"no finished run yet: {dataset_title(name)}" for name in PAPER_EPOCHS if name not in finished and not own
    ]
    diverged = sum(run.diverged for run in runs)
    unfinished = len(runs) - diverged - sum(run.complete for run in runs)
    counts = {
        "runs that diverged, in no mean": diverged,
        "runs not finished, which only the list of runs shows": unfinished,
    }
    return lacking + [f"{what}: {count}" for what, count in counts.items() if count]
