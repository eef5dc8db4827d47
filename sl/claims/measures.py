"""What claims measure: one number per seed, (n,), or one per seed and class, from series of the same seeds in order.

Accuracies become percentage points here; nan stands for a seed on which nothing could be measured.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sl.comparison import Series
from sl.numbers import SUM_ERROR
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
    """The late `spread_beyond_chance` minus `least` points."""
    return series.stack(spread_beyond_chance, "late") - least


def class_gap(high: int, low: int, least: float, series: Series) -> Array:
    """Late accuracy of class `high` minus that of class `low`, minus `least` points."""
    accuracies = series.stack(Run.stage_percent, "late")
    return accuracies[:, high] - accuracies[:, low] - least


def under_learning(clean: Series, noisy: Series, without: int | None = None) -> Array:
    """The late accuracy that noise costs the harder half of the classes, minus what it costs the easier half.

    The other seeds' clean accuracy decides which half is harder. With the seed's own clean accuracy, some classes would
    be in the harder half by chance alone, and would then seem to lose less.
    """
    right = clean.stack(Run.stage_percent, "late")
    return harder_minus_easier(others_mean(right), right - noisy.stack(Run.stage_percent, "late"), without)


def class_gains(ce: Series, sl: Series) -> Array:
    """Last-epoch gain by SL over CE of every class, (n, K)."""
    return 100 * (sl.stack(Run.class_curve)[:, -1] - ce.stack(Run.class_curve)[:, -1])


def hardest_lifted(clean: Series, ce: Series, sl: Series, without: int | None = None) -> Array:
    """Last-epoch gain of the harder half of the classes (by late accuracy in `clean`) minus that of the easier half."""
    right = clean.mean(Run.stage_percent, "late")
    return harder_minus_easier(np.tile(right, (clean.n, 1)), class_gains(ce, sl), without)


def more_memorised(series: Series) -> Array:
    """Percent of the wrong labels memorised at the late stage minus that at the early stage."""
    return _memorised("late", series)[0] - _memorised("early", series)[0]


def memorised_less(series: Series, other: Series) -> Array:
    """Percent of the wrong labels that the first series memorises late, minus that of the second."""
    first, second = _memorised("late", series, other)
    return first - second


def easy_memorised(clean: Series, noisy: Series, without: int | None = None) -> Array:
    """Late `class_memorised` of the easier half of the classes minus that of the harder half.

    The other seeds' accuracy on clean labels decides which half is easier.
    """
    right = others_mean(clean.stack(Run.stage_percent, "late"))
    return -harder_minus_easier(right, noisy.stack(class_memorised, "late"), without)


def more_fitted(series: Series, other: Series) -> Array:
    """Late `right_fitted` of the second series minus that of the first."""
    first, second = (one.stack(right_fitted, "late", evaluated(series, other)) for one in (series, other))
    return second - first


def decline(series: Series) -> Array:
    """Accuracy (mean of classes) at its peak up to the late stage minus that at the end; both are means of five epochs.

    The other seeds decide where the peak is: the peak of a seed's own curve lies above its end even by chance alone.
    For a curve that is flat except for chance, the value here is 0 in expectation.
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
    """Accuracy of the best class minus that of the worst at a stage, in points, without what chance adds.

    The measured accuracy of a class with m test images and true accuracy p has variance p (1 - p) / m. So classes seem
    further apart than they are, most with few images and p near a half. The observed variance over classes is that of
    the true accuracies plus the mean of the variances p (1 - p) / m. One factor shrinks the spread to the part of the
    true accuracies, as in constrained empirical Bayes (Louis 1984): it changes little where classes truly differ, and
    gives about 0 where they do not. nan if fewer than two classes have test images.
    """
    counts = run.probe_values(stage, "confusion").sum(axis=1)
    tested = counts > 0
    share, images = run.at_stage(stage)[tested], counts[tested]
    if len(share) < 2:
        return math.nan
    seen = float(np.var(share, ddof=1))
    by_chance = float(np.mean(share * (1 - share) / np.maximum(images - 1, 1)))  # m - 1: unbiased estimate
    return 100 * float(np.ptp(share)) * math.sqrt(max(0.0, 1 - by_chance / seen)) if seen else 0.0


def evaluated(*series: Series) -> bool:
    """Whether all runs measured their training images in evaluation mode; only then are runs compared in it."""
    return all(probe.training is not None for one in series for run in one.runs for probe in run.probes.values())


def training_shares(run: Run, stage: str, in_evaluation: bool) -> TrainingShares:
    """Shares of the training images predicted as labelled and as their true class: with `in_evaluation` those of the
    stage's probe, in evaluation mode, else those counted in the stage's epoch of training, on augmented images."""
    return (run.probes[stage].training if in_evaluation else None) or run.epochs[run.stages.of(stage) - 1]


def right_fitted(run: Run, stage: str, in_evaluation: bool) -> float:
    """Percent of the rightly labelled training images that are predicted as labelled; nan if unknown."""
    share = training_shares(run, stage, in_evaluation).right_accuracy
    return math.nan if share is None else 100 * share


def memorised(run: Run, stage: str, in_evaluation: bool) -> float:
    """Percent of the wrong labels that the network predicts, minus what chance gives.

    An image predicted neither as its true class nor as its label is predicted as one of K - 2 others. Under symmetric
    noise, chance makes the label no more likely than each of these. So their mean share is subtracted: the value is 0
    without memorisation, whether the network has learnt nothing or everything. nan for two classes: none is left.
    """
    shares = training_shares(run, stage, in_evaluation)
    if shares.wrong_memorised is None or shares.wrong_corrected is None:
        return math.nan
    return float(_beyond_chance(np.array(shares.wrong_memorised), np.array(shares.wrong_corrected), run))


def class_memorised(run: Run, stage: str) -> Array:
    """`memorised` by true class of the images, (K,), in evaluation mode; nan where the record has no such value."""
    wrong, corrected = (run.class_training(stage, share) for share in ("wrong_memorised", "wrong_corrected"))
    return _beyond_chance(wrong, corrected, run)


def confidence(run: Run) -> float:
    """Mean late confidence (softmax) in class 3 on its rightly labelled training images, percent; nan if not probed."""
    return 100 * float(run.probe_values("late", "confidence")[PROBED_CLASS]) if _probed(run) else math.nan


def recognised(run: Run) -> float:
    """Percent of class 3's rightly labelled training images predicted as class 3, late; nan if not probed."""
    predictions = run.probe_values("late", "predictions")
    return 100 * float(predictions[PROBED_CLASS]) / run.probes["late"].count if _probed(run) else math.nan


def separated(run: Run, measure: str) -> float:
    """100 times the `measure` (silhouette or neighbours) of the test classes at the last epoch; nan if not measured."""
    found = separation_of(run)
    return 100 * float(getattr(found, measure)) if found else math.nan


def others_mean(values: Array) -> Array:
    """For each seed the mean of `values` (n, ...) over the other seeds, (n, ...); nan for a single seed.

    A class or epoch that is chosen by this mean is not chosen by the chance in the seed that it is measured on.
    """
    n = len(values)
    return (values.sum(axis=0) - values) / (n - 1) if n > 1 else np.full(values.shape, np.nan)


def harder_minus_easier(accuracies: Array, values: Array, without: int | None = None) -> Array:
    """Mean of `values` (n, K) over the harder half of the classes minus that over the easier half, (n,).

    Low `accuracies` (n, K) mark the hard classes of each seed, of equal ones the first; nan for a seed whose accuracies
    are all nan. With an odd K the middle class is in neither half. The class `without` is left out of the mean of its
    half.
    """
    order = np.argsort(np.round(accuracies, SUM_ERROR), axis=1, kind="stable")
    ordered, half = np.take_along_axis(values, order, axis=1), values.shape[1] // 2
    counted = order != (-1 if without is None else without)
    easier, harder = slice(-half, None), slice(half)
    means = np.mean(ordered[:, harder], axis=1, where=counted[:, harder]) - np.mean(
        ordered[:, easier], axis=1, where=counted[:, easier]
    )
    return np.where(np.isnan(accuracies).all(axis=1), np.nan, means)


def _fall(curves: Array, late: int) -> Array:
    """Fall of `curves` (n, E, K) from the peak up to epoch `late` to the end, in means of five epochs, (n, K).

    The mean curve of the other seeds decides where the peak is, of equal ones the first; nan for a single seed.
    """
    smooth = sliding_window_view(curves, min(WIDTH, curves.shape[1]), axis=1).mean(axis=3)
    others = np.round(others_mean(smooth), SUM_ERROR)[:, : max(1, late - WIDTH + 1)]
    if np.isnan(others).any():
        return np.full((len(curves), curves.shape[2]), np.nan)
    return np.take_along_axis(smooth, others.argmax(axis=1)[:, None], axis=1)[:, 0] - smooth[:, -1]


def _probed(run: Run) -> bool:
    """Whether the run's late probe measured images of class 3."""
    probe = run.probes["late"]
    return probe.probe_class == PROBED_CLASS and probe.count > 0


def _beyond_chance(wrong: Array, corrected: Array, run: Run) -> Array:
    others = len(run.class_names) - 2
    return 100 * (wrong - (1 - wrong - corrected) / others) if others > 0 else np.full(wrong.shape, np.nan)


def _memorised(stage: str, *series: Series) -> list[Array]:
    """`memorised` for the runs of each series; in evaluation mode only if all runs measured that."""
    return [one.stack(memorised, stage, evaluated(*series)) for one in series]
