"""What claims measure: one number per seed, (n,), from series that hold the same seeds in the same order.

Accuracies become percentage points here; nan stands for a seed on which nothing could be measured.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sl.comparison import Series
from sl.paper import PROBED_CLASS
from sl.record import Run
from sl.record.run import Array
from sl.record.schema import TrainingShares
from sl.separation import separation_of

WIDTH = 5  # epochs that a curve is averaged over


def difference(first: Series, second: Series) -> Array:
    """Test accuracy after the last epoch of the first minus that of the second: no epoch is picked on the test set."""
    return 100 * (first.stack(Run.last) - second.stack(Run.last))


def increase(value: Callable[[Run], Array | float], low: Series, high: Series) -> Array:
    """`value` of the second series minus that of the first."""
    return high.stack(value) - low.stack(value)


def excess_spread(least: float, series: Series) -> Array:
    """Late spread over classes without what chance adds, minus `least` points."""
    return series.stack(spread_beyond_chance, "late") - least


def class_gap(high: int, low: int, least: float, series: Series) -> Array:
    """Late accuracy of class `high` minus that of class `low`, minus `least` points."""
    accuracies = series.stack(Run.stage_percent, "late")
    return accuracies[:, high] - accuracies[:, low] - least


def under_learning(clean: Series, noisy: Series, without: int | None = None) -> Array:
    """What the harder half of the classes loses by noise, late, minus what the easier half loses.

    The other seeds decide which half is harder. If a seed's own clean accuracy did, chance alone would put classes into
    the harder half, and these would then seem to lose less.
    """
    right = clean.stack(Run.stage_percent, "late")
    return harder_minus_easier(others_mean(right), right - noisy.stack(Run.stage_percent, "late"), without)


def least_lifted(ce: Series, sl: Series) -> Array:
    """Last-epoch gain of the class that gains least on the other seeds."""
    gains = _class_gains(ce, sl)
    others = others_mean(gains)
    if np.isnan(others).any():
        return np.full(len(gains), np.nan)
    return np.take_along_axis(gains, others.argmin(axis=1)[:, None], axis=1)[:, 0]


def hardest_lifted(clean: Series, ce: Series, sl: Series, without: int | None = None) -> Array:
    """Last-epoch gain of the harder half of the classes (on clean labels, late) minus that of the easier half."""
    right = clean.mean(Run.stage_percent, "late")
    return harder_minus_easier(np.tile(right, (clean.n, 1)), _class_gains(ce, sl), without)


def more_memorised(series: Series) -> Array:
    """Wrong labels memorised late minus early."""
    return _memorised("late", series)[0] - _memorised("early", series)[0]


def memorised_less(series: Series, other: Series) -> Array:
    """Wrong labels memorised late by the first minus by the second."""
    first, second = _memorised("late", series, other)
    return first - second


def easy_memorised(clean: Series, noisy: Series, without: int | None = None) -> Array:
    """Wrong labels memorised late among images of the easier half of the classes, minus among those of the harder half.

    The other seeds' accuracy on clean labels decides which half is easier.
    """
    right = others_mean(clean.stack(Run.stage_percent, "late"))
    return -harder_minus_easier(right, noisy.stack(class_memorised, "late"), without)


def more_fitted(series: Series, other: Series) -> Array:
    """Right labels of training images predicted late by the second minus by the first."""
    first, second = (one.stack(right_fitted, "late", evaluated(series, other)) for one in (series, other))
    return second - first


def decline(series: Series) -> Array:
    """Accuracy, mean of classes, at its peak up to the late stage minus that at the end; both means of five epochs.

    The other seeds decide where the peak is. The peak of a seed's own curve lies above its end by chance alone; the
    value here is 0 in expectation for a curve that is flat but for chance.
    """
    curves = 100 * np.nanmean(series.stack(Run.class_curve), axis=2, keepdims=True)
    return _fall(curves, series.runs[0].stages.late)[:, 0]


def easy_decline(clean: Series, noisy: Series, without: int | None = None) -> Array:
    """How far the easier half of the classes falls from its peak to the end, minus how far the harder half does.

    Each class has its own peak (see `decline`). The other seeds' accuracy on clean labels decides which half is easier.
    """
    right = others_mean(clean.stack(Run.stage_percent, "late"))
    falls = _fall(100 * noisy.stack(Run.class_curve), noisy.runs[0].stages.late)
    return -harder_minus_easier(right, falls, without)


def spread_beyond_chance(run: Run, stage: str) -> float:
    """Points by which the best class is ahead of the worst at a stage, without what chance adds; nan for one class.

    A class with m test images and true accuracy p scores with variance p (1 - p) / m, so that classes seem further
    apart than they are, the fewer the images and the nearer p to a half. The variance seen over classes is that of
    their true accuracies plus the mean of these. All deviations are shrunk by one factor to the first part, and with
    them the spread, as in constrained empirical Bayes (Louis 1984): little where classes truly differ, to about 0 where
    they do not.
    """
    counts = run.probe_values(stage, "confusion").sum(axis=1)
    tested = counts > 0
    share, images = run.at_stage(stage)[tested], counts[tested]
    if len(share) < 2:
        return math.nan
    seen = float(np.var(share, ddof=1))
    by_chance = float(np.mean(share * (1 - share) / np.maximum(images - 1, 1)))  # without bias, as from a sample
    return 100 * float(np.ptp(share)) * math.sqrt(max(0.0, 1 - by_chance / seen)) if seen else 0.0


def evaluated(*series: Series) -> bool:
    """Whether all runs measured their training images in evaluation mode, so that all are compared in it."""
    return all(probe.training is not None for one in series for run in one.runs for probe in run.probes.values())


def training_shares(run: Run, stage: str, in_evaluation: bool) -> TrainingShares:
    """How training images are predicted, by their labels: at a stage in evaluation mode (the probe's `training`), else
    while the stage's epoch trained on them, augmented."""
    return (run.probes[stage].training if in_evaluation else None) or run.epochs[run.stages.of(stage) - 1]


def right_fitted(run: Run, stage: str, in_evaluation: bool) -> float:
    """Percent of the rightly labelled training images that are predicted as labelled; nan if unknown."""
    share = training_shares(run, stage, in_evaluation).right_accuracy
    return math.nan if share is None else 100 * share


def memorised(run: Run, stage: str, in_evaluation: bool) -> float:
    """Share of the wrong labels that the network predicts, in percent, beyond what chance makes of it.

    An image that is predicted neither as its class nor as its label has one of K - 2 classes. Under symmetric noise the
    label is no likelier by chance than each of these, so their mean share is the floor: this is 0 without memorisation,
    whether the network knows nothing or everything. Two classes leave no other, hence no floor: nan.
    """
    shares = training_shares(run, stage, in_evaluation)
    if shares.wrong_memorised is None or shares.wrong_corrected is None:
        return math.nan
    return float(_beyond_chance(np.array(shares.wrong_memorised), np.array(shares.wrong_corrected), run))


def class_memorised(run: Run, stage: str) -> Array:
    """`memorised` (K,) of the images of each true class, in evaluation mode; nan where the record does not say it."""
    wrong, corrected = (run.class_training(stage, share) for share in ("wrong_memorised", "wrong_corrected"))
    return _beyond_chance(wrong, corrected, run)


def confidence(run: Run) -> float:
    """Mean softmax confidence in class 3, late, over its rightly labelled training images, in percent."""
    return 100 * float(run.probe_values("late", "confidence")[PROBED_CLASS]) if _probed(run) else math.nan


def recognised(run: Run) -> float:
    """Percent of class 3's rightly labelled training images that are predicted as class 3, late."""
    predictions = run.probe_values("late", "predictions")
    return 100 * float(predictions[PROBED_CLASS]) / run.probes["late"].count if _probed(run) else math.nan


def separated(run: Run, measure: str) -> float:
    """100 times the separation of the test classes at the last epoch; nan where no representation was kept."""
    found = separation_of(run)
    return 100 * float(getattr(found, measure)) if found else math.nan


def others_mean(values: Array) -> Array:
    """For each seed the mean of `values` (n, ...) over the other seeds; nan for a single seed.

    What is picked there (a class, an epoch) and measured on the seed itself is not picked by its own chance.
    """
    n = len(values)
    return (values.sum(axis=0) - values) / (n - 1) if n > 1 else np.full(values.shape, np.nan)


def harder_minus_easier(accuracies: Array, values: Array, without: int | None = None) -> Array:
    """Mean of `values` (n, K) over the harder half of the classes minus that over the easier half, (n,).

    `accuracies` (n, K) order the classes of each seed from hard to easy; nan for a seed whose accuracies are all nan.
    The class `without` is left out of the mean of its half.
    """
    order = np.argsort(accuracies, axis=1, kind="stable")
    ordered, half = np.take_along_axis(values, order, axis=1), values.shape[1] // 2
    counted = order != (-1 if without is None else without)
    easier, harder = slice(-half, None), slice(half)
    means = np.mean(ordered[:, harder], axis=1, where=counted[:, harder]) - np.mean(
        ordered[:, easier], axis=1, where=counted[:, easier]
    )
    return np.where(np.isnan(accuracies).all(axis=1), np.nan, means)


def _fall(curves: Array, late: int) -> Array:
    """From the peak up to epoch `late` to the end, means of five epochs, of `curves` (n, E, K): (n, K).

    The peak's epoch is that of the other seeds' mean; nan for a single seed.
    """
    smooth = sliding_window_view(curves, min(WIDTH, curves.shape[1]), axis=1).mean(axis=3)
    others = others_mean(smooth)[:, : max(1, late - WIDTH + 1)]
    if np.isnan(others).any():
        return np.full((len(curves), curves.shape[2]), np.nan)
    return np.take_along_axis(smooth, others.argmax(axis=1)[:, None], axis=1)[:, 0] - smooth[:, -1]


def _probed(run: Run) -> bool:
    """Whether the run looked at images of class 3."""
    probe = run.probes["late"]
    return probe.probe_class == PROBED_CLASS and probe.count > 0


def _beyond_chance(wrong: Array, corrected: Array, run: Run) -> Array:
    others = len(run.class_names) - 2
    return 100 * (wrong - (1 - wrong - corrected) / others) if others > 0 else np.full(wrong.shape, np.nan)


def _class_gains(ce: Series, sl: Series) -> Array:
    return 100 * (sl.stack(Run.class_curve)[:, -1] - ce.stack(Run.class_curve)[:, -1])


def _memorised(stage: str, *series: Series) -> list[Array]:
    """Of each series, all measured in the same way."""
    return [one.stack(memorised, stage, evaluated(*series)) for one in series]
