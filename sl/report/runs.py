"""The page's entry for each run: its options, results, record and provenance."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sl.comparison.titles import named_loss
from sl.files import link, relative
from sl.record import Run
from sl.record.shown import dataset_title
from sl.report.numbers import hundredths
from sl.scale import scale_badge, scale_title
from sl.tables.results import STATISTICS


def entry(run: Run, out: Path) -> dict[str, Any]:
    """One run; accuracies are in percent and null for an unfinished run.

    `path` is relative to the folder `out`, and `link` is its address.
    """
    finished = run.complete
    return {
        "id": run.identity,
        "path": relative(run.path, out),
        "link": link(run.path, out),
        "dataset": dataset_title(run.name("dataset")),
        "loss": named_loss(run.name("loss"), run.config.loss),
        "noise": _noise(run),
        "seed": run.seed,
        "scale": scale_badge(run),
        "scale_title": scale_title(run),
        "epochs": len(run.epochs),
        "of": run.scale.epochs,
        "finished": finished,
        "diverged": run.diverged,
        "accuracy": [hundredths(100 * value(run)) if finished else None for value in STATISTICS.values()],
        "weights": run.end.weights_sha256 if run.end else None,
        "provenances": [provenance.model_dump() for provenance in run.provenances],
    }


def _noise(run: Run) -> str:
    """The title of the noise, with the share of wrong labels where the title has no rate."""
    rate = run.realised_rate if run.noise.rate is None else None
    return run.noise.title + ("" if rate is None else f" ({100 * rate:.3g} % wrong)")


def positions(runs: Iterable[Run], places: dict[str, int]) -> list[int]:
    """The indices of `runs` in the page's list of runs; `places` maps each identity to its index."""
    return [places[run.identity] for run in runs]
