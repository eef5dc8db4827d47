"""Curves, probes, claims and results of the report against the records."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import synthetic
from report_data import LITERATURE, SEEDS, data_of, series_of
from scipy import stats

from sl.claims.evaluate import all_outcomes
from sl.record import load_all
from sl.report.verdicts import verdict_entry

ROOT = Path(__file__).parents[2]


def test_probes_are_those_of_the_runs_that_looked_at_the_same_class(runs: Path) -> None:
    """One more seed found no image of the class, and one looked at another class."""
    for seed, changes in ((3, {"count": 0, "confidence": None, "predictions": None}), (4, {"probe_class": 1})):
        lines = synthetic.lines(synthetic.header("ce", seed=seed))
        synthetic.write(runs, [line | changes if line["kind"] == "probe" else line for line in lines])
    (group,) = data_of(runs)["groups"]
    found = series_of(group, "ce")
    assert group["probed"] == 3
    assert found["origin"].startswith("5 runs")
    assert found["probes"]["origin"].startswith("3 runs, 3 seeds (0, 1, 2)")
    seen = [
        line
        for seed in SEEDS
        for line in synthetic.lines(synthetic.header("ce", seed=seed))
        if line.get("stage") == "late"
    ]
    late = found["probes"]["stages"]["late"]
    confidence, predicted = (np.array([line[what] for line in seen]) for what in ("confidence", "predictions"))
    assert late["confidence"]["mean"] == pytest.approx(1000 * confidence.mean(axis=0), abs=0.51)
    assert late["predictions"]["mean"] == pytest.approx(1000 * predicted.mean(axis=0) / 300, abs=0.51)
    assert len(found["probes"]["runs"]) == 3


@pytest.mark.parametrize("usual", [True, False])
def test_every_section_opens_on_the_noise_that_the_figures_show(tmp_path: Path, usual: bool) -> None:
    """Symmetric 40 % where it ran, else the noise with most runs: said by the data, not by a title in a script."""
    root = tmp_path / "runs"
    rates = {0.2: 1, 0.6: 2, 0.8: 1} | ({0.4: 1} if usual else {})
    for rate, seeds in rates.items():
        for seed in range(seeds):
            synthetic.record(root, "ce", rate=rate, seed=seed)
    synthetic.record(root, "ce", "none", 0.0)
    (group,) = data_of(root)["groups"]
    assert group["noises"][group["usual_noise"]] == ("symmetric 40 %" if usual else "symmetric 60 %")
    scripts = (ROOT / "sl" / "report" / "page").glob("*.js")
    assert [path.name for path in scripts if "symmetric" in path.read_text()] == []


def test_a_series_that_probed_no_image_has_no_probes(tmp_path: Path) -> None:
    lines = synthetic.lines(synthetic.header("ce"))
    nothing = {"count": 0, "confidence": None, "predictions": None}
    synthetic.write(tmp_path, [line | nothing if line["kind"] == "probe" else line for line in lines])
    (group,) = data_of(tmp_path)["groups"]
    assert series_of(group, "ce")["probes"] is None


def test_curves_are_means_and_deviations_over_seeds(runs: Path) -> None:
    series = series_of(data_of(runs)["groups"][0], "sl")
    classes = synthetic.curves("sl", "class_accuracy").transpose(0, 2, 1)
    assert np.allclose(series["classes"]["mean"], 1000 * classes.mean(0), atol=0.5)
    assert np.allclose(series["classes"]["std"], 1000 * classes.std(0, ddof=1), atol=0.5)
    spread = classes.max(1) - classes.min(1)
    assert np.allclose(series["metrics"]["spread"]["mean"], 1000 * spread.mean(0), atol=0.5)
    memorised = synthetic.curves("sl", "wrong_memorised")
    assert np.allclose(series["metrics"]["wrong_memorised"]["mean"], 1000 * memorised.mean(0), atol=0.5)


def test_a_sweep_is_kept_apart_and_a_single_run_has_no_deviation(runs: Path) -> None:
    synthetic.record(runs, "sl", loss_options={"alpha": 0.01})
    group = data_of(runs)["groups"][0]
    assert [series["main"] for series in group["series"] if series["loss"] == "sl"] == [True, False, False]
    swept = [series for series in group["series"] if not series["main"]][-1]
    assert swept["title"].startswith("SL (α 6,")
    assert len(swept["runs"]) == 1
    assert swept["classes"]["std"] is None
    assert len(series_of(group, "sl")["runs"]) == 3


def test_a_claim_has_number_interval_and_the_runs_behind(runs: Path) -> None:
    data = data_of(runs)
    claim = next(claim for claim in data["groups"][0]["claims"] if claim["id"] == "sl_vs_ce_symmetric_40")
    gains = 100 * (synthetic.curves("sl", "test_accuracy") - synthetic.curves("ce", "test_accuracy"))[:, -1]
    assert claim["values"] == pytest.approx(gains, abs=0.006)
    assert claim["mean"] == pytest.approx(gains.mean(), abs=0.006)
    test = stats.ttest_1samp(gains, 0)
    interval = test.confidence_interval()
    assert (claim["low"], claim["high"]) == pytest.approx((interval.low, interval.high), abs=0.006)
    assert (claim["verdict"], claim["n"]) == ("supported", 3)
    assert claim["p"] == pytest.approx(test.pvalue, rel=5e-3)
    lacking = [one for one in data["groups"][0]["claims"] if one["verdict"] == "not enough runs"]
    assert {one["survives"] for one in lacking} == {False}
    assert data["groups"][0]["missing"].startswith("Claims without enough runs: ")
    assert any(
        reported["paper"] and reported["confidence"] == "recalled, not checked" for reported in claim["reported"]
    )
    expected = {synthetic.header(loss, seed=seed)["identity"] for loss in ("ce", "sl") for seed in SEEDS}
    assert {data["runs"][place]["id"] for place in claim["runs"]} == expected


def test_no_command_is_told_for_runs_that_it_would_not_train(tmp_path: Path) -> None:
    for options in ({}, {"recipe_options": {"lr": 0.5}}):
        synthetic.record(tmp_path / "runs", "ce", **options)
    usual, other = data_of(tmp_path / "runs")["groups"]
    assert other["setting"].endswith(" · differs from the runs of the same name above: lr 0.01 → 0.5")
    assert ["trains them" in group["missing"] for group in (usual, other)] == [True, False]


def test_results_stand_beside_published_figures_with_their_marks(runs: Path) -> None:
    data = data_of(runs)
    table = data["groups"][0]["results"][0]
    row = next(row for row in table["rows"] if row["loss"] == "CE")
    cell = row["cells"][table["noises"].index("symmetric 40 %")]
    last = 100 * synthetic.curves("ce", "test_accuracy")[:, -1]
    assert cell["own"]["text"] == f"{last.mean():.2f} ± {last.std(ddof=1):.2f} (3)"
    assert [data["runs"][place]["seed"] for place in cell["runs"]] == [0, 1, 2]
    paper = next(value for value in cell["published"] if value["paper"])
    assert (paper["text"], paper["recalled"], paper["difference"]) == ("78.70", True, None)
    source = next(source for source in table["sources"] if source["label"] == "SL paper")
    assert "recalled, not checked" in source["text"]
    assert source["obstacle"] == "not comparable: scaled-down"


def test_losses_whose_runs_diverged_say_so_in_the_table(runs: Path) -> None:
    """A loss without any other run, and one beside finished runs."""
    synthetic.diverged(runs, "mae")
    synthetic.diverged(runs, "ce", seed=5)
    data = data_of(runs)
    table = data["groups"][0]["results"][0]
    place = table["noises"].index("symmetric 40 %")
    cells = {row["loss"].split()[0]: row["cells"][place] for row in table["rows"] if row["cells"][place]}
    assert (cells["MAE"]["own"], cells["MAE"]["diverged"]) == (None, "diverged (1)")
    assert (cells["CE"]["own"]["n"], cells["CE"]["diverged"]) == (3, "diverged (1)")
    assert cells["SL"]["diverged"] == ""
    assert table["notes"][0].startswith("diverged (number of runs): stopped because loss or weights were not finite")
    assert data["missing"][-2:] == [
        "runs that diverged, in no mean: 2",
        "runs not finished, which only the list of runs shows: 1",
    ]


def test_a_difference_from_the_paper_only_at_its_scale(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce", scale="paper", epochs=120)
    group = data_of(tmp_path / "runs")["groups"][0]
    assert group["scale"] == "paper scale"
    table = group["results"][0]
    cell = table["rows"][0]["cells"][table["noises"].index("symmetric 40 %")]
    value = next(value for value in cell["published"] if value["paper"])
    assert value["difference"] == pytest.approx(cell["own"]["mean"] - 78.70, abs=0.011)


def test_what_weakens_a_verdict_and_which_pairs_are_refused_stand_with_it(runs: Path) -> None:
    (group,) = all_outcomes(load_all(runs), LITERATURE, Path())
    weak = {"reading": True, "rests_on": {"cat": 0.5}, "refused": ("seed 1: other labels",), "cells": {"CE": 2}}
    shown = verdict_entry(replace(group.claims[0], records=(), **weak), {})
    assert shown["caveats"] == ["rests on class cat: +0.50 without it", "our reading of the paper"]
    assert shown["missing"] == "CE: 2; refused: seed 1: other labels"
