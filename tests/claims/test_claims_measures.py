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
    separated,
)  # fmt: skip
from sl.paper import USUAL_NOISE
from sl.record import read


def test_difference_is_of_last_epochs_in_points(tmp_path: Path) -> None:
    group = run_group_of(tmp_path, [CE, replace(CE, loss="sl", last=accuracies(0.95, 0.55))])
    sl, ce = (Cell(loss, USUAL_NOISE).series(group) for loss in ("sl", "ce"))
    last = {loss: [run.epochs[-1].test_accuracy for run in runs.runs] for loss, runs in (("sl", sl), ("ce", ce))}
    expected = 100 * (np.array(last["sl"]) - np.array(last["ce"]))
    assert difference(sl, ce) == pytest.approx(expected)
    assert np.mean(expected) == pytest.approx(5, abs=0.2)


def test_confidence_only_of_class_3(tmp_path: Path) -> None:
    run = read(replace(CE, confidence=0.7).write(tmp_path, 0))
    assert confidence(run) == pytest.approx(70, abs=1.1)
    late = run.probes["late"]
    for stage in ("early", "middle"):
        run.probes[stage] = late.model_copy(update={"confidence": [0.0] * 10})
    assert confidence(run) == pytest.approx(70, abs=1.1)
    run.probes["late"] = late.model_copy(update={"probe_class": 4})
    assert np.isnan(confidence(run))
    run.probes["late"] = late.model_copy(update={"count": 0})
    assert np.isnan(confidence(run))


def test_separation_only_where_a_representation_was_kept(tmp_path: Path) -> None:
    without, near, far = (
        read(replace(CE, distance=far).write(tmp_path, seed)) for seed, far in enumerate((None, 1.0, 4.0))
    )
    for measure in ("silhouette", "neighbours"):
        assert np.isnan(separated(without, measure))
        assert separated(near, measure) < separated(far, measure) <= 100
