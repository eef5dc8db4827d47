"""Accuracy, confidence and separation at the end, against numbers worked out another way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from claim_records import CE, accuracies, run_group_of

from sl.claims.claim import Cell
from sl.claims.measures import (
    confidence,
    difference,
    recognised,
    separated,
)  # fmt: skip
from sl.paper import USUAL_NOISE
from sl.record import read
from sl.separation import separation_of


def test_difference_is_of_last_epochs_in_points(tmp_path: Path) -> None:
    group = run_group_of(tmp_path, [CE, replace(CE, loss="sl", last=accuracies(0.95, 0.55))])
    sl, ce = (Cell(loss, USUAL_NOISE).series(group) for loss in ("sl", "ce"))
    last = {loss: [run.epochs[-1].test_accuracy for run in runs.runs] for loss, runs in (("sl", sl), ("ce", ce))}
    expected = 100 * (np.array(last["sl"]) - np.array(last["ce"]))
    assert difference(sl, ce) == pytest.approx(expected)
    assert np.mean(expected) == pytest.approx(5, abs=0.2)


def test_confidence_and_learning_only_of_class_3_late(tmp_path: Path) -> None:
    run = read(CE.write(tmp_path, 0))
    seen = {"count": 200, "confidence": [0.03] * 3 + [0.7] + [0.035] * 6, "predictions": [0, 0, 50, 150] + [0] * 6}
    late = run.probes["late"].model_copy(update=seen)
    for stage in ("early", "middle"):
        run.probes[stage] = late.model_copy(update={"confidence": [0.1] * 10, "predictions": [20] * 10})
    run.probes["late"] = late
    assert (confidence(run), recognised(run)) == pytest.approx((70, 75))
    for changed in ({"probe_class": 4}, {"count": 0}):
        run.probes["late"] = late.model_copy(update=changed)
        assert np.isnan([confidence(run), recognised(run)]).all()


def test_separation_only_where_a_representation_was_kept(tmp_path: Path) -> None:
    without, near, far = (
        read(replace(CE, distance=far).write(tmp_path, seed)) for seed, far in enumerate((None, 1.0, 4.0))
    )
    for measure in ("silhouette", "neighbours"):
        assert np.isnan(separated(without, measure))
        assert separated(near, measure) < separated(far, measure)
        assert separated(near, measure) == pytest.approx(100 * getattr(separation_of(near), measure))
