"""The curves, bars and confidences of one group, as means over the seeds of each series."""

from collections.abc import Callable, Iterator
from typing import Any

from sl.comparison import RunGroup, Series
from sl.comparison.titles import named_loss, origin
from sl.figures.class_confidence import most_probed, predictions, probing
from sl.figures.style import loss_colour
from sl.record import STAGES, Run
from sl.record.run import Array
from sl.record.shown import loss_order, loss_title
from sl.report.numbers import tenths
from sl.report.runs import positions

TRAINING = ("right_accuracy", "wrong_memorised", "wrong_corrected")


def all_series(group: RunGroup, places: dict[str, int]) -> list[dict[str, Any]]:
    """Every series of finished runs, losses in the paper's order; `places` as in `positions`."""
    probed = most_probed(group.runs)
    return [
        _entry(group, loss, noise, values, series, places, probed)
        for noise in range(len(group.noises))
        for loss in sorted(group.losses, key=loss_order)
        for values, series in _main_variant_first(group, loss, noise)
    ]


def _main_variant_first(group: RunGroup, loss: str, noise: int) -> Iterator[tuple[dict[str, Any], Series]]:
    """Parameters and series of a loss under a noise: first those that the page shows for it, then those of sweeps."""
    yield from sorted(
        group.variants(loss, group.noises[noise]),
        key=lambda point: (point[0] != group.variant(loss), str(point[0])),
    )


def _entry(
    group: RunGroup,
    loss: str,
    noise: int,
    values: dict[str, Any],
    series: Series,
    places: dict[str, int],
    probed: int,
) -> dict[str, Any]:
    return {
        "loss": loss,
        "short": loss_title(loss),
        "title": named_loss(loss, values),
        "main": values == group.variant(loss),
        "noise": noise,
        "colour": loss_colour(loss),
        "runs": positions(series.runs, places),
        "origin": origin(series.runs),
        "classes": _moments(series, lambda run: run.class_curve().T),  # a row for each class: (K, E)
        "metrics": {
            "test_accuracy": _moments(series, Run.curve, "test_accuracy"),
            "spread": _moments(series, Run.spread),
            **{name: _moments(series, Run.curve, name) for name in TRAINING},
        },
        "probes": _probes(probing(series, probed), places),
    }


def _moments(series: Series, value: Callable[..., Array], *arguments: object) -> dict[str, Any]:
    """Mean and standard deviation over seeds in tenths of a percent; no deviation for a single run."""
    deviation = tenths(series.std(value, *arguments)) if series.n > 1 else None
    return {"mean": tenths(series.mean(value, *arguments)), "std": deviation}


def _probes(series: Series | None, places: dict[str, int]) -> dict[str, Any] | None:
    """Confidence and predictions at each stage over the runs that probed the page's class; None without any."""
    if series is None:
        return None
    stages = {
        stage: {
            "confidence": _moments(series, Run.probe_values, stage, "confidence"),
            "predictions": _moments(series, _predicted, stage),
        }
        for stage in STAGES
    }
    return {"stages": stages, "runs": positions(series.runs, places), "origin": origin(series.runs)}


def _predicted(run: Run, stage: str) -> Array:
    """Share of the probed images that are predicted as each class, (K,)."""
    return predictions(run, stage) / 100
