"""Bars of every class at a stage or at the end: accuracy, confidence, gain."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import accuracies, run_group_of, texts
from matplotlib.figure import Figure

from sl.figures import (
    class_comparison,
    class_confidence,
    class_curves,
    confusion,
    stage_bars,
)
from sl.figures.bars import Bars, class_bars
from sl.numbers import signed


def test_a_difference_that_rounds_to_nothing_has_no_minus() -> None:
    axes = Figure().subplots()
    values = np.array([-0.4, 0.3, -1.2, 2.0])
    class_bars(
        axes, list("abcd"), [Bars("gain", values, np.full(4, np.nan), ["k"] * 4, "k")], partial(signed, decimals=0)
    )
    assert [text.get_text() for text in axes.texts] == ["+0", "+0", "−1", "+2"]


@pytest.mark.parametrize(("classes", "whiskers"), [(10, True), (100, False)])
def test_whiskers_are_explained_where_they_are_drawn(classes: int, whiskers: bool, tmp_path: Path) -> None:
    """More classes than fit as bars are drawn as lines, which have none."""
    for seed in (0, 1):
        for loss in ("ce", "sl"):
            synthetic.record(tmp_path, loss, seed=seed, dataset="cifar100", classes=classes)
    for draw in (stage_bars.draw, class_comparison.draw):
        figure = draw(run_group_of(tmp_path))
        assert figure is not None
        assert any(axes.containers for axes in figure.axes) == whiskers
        said = " ".join(texts(figure).split())
        assert ("Whiskers: ± 1 standard deviation" in said) == whiskers
        assert ("chance alone gives a falling line" in said) != whiskers
        styles = [found.get_linestyle() for found in figure.axes[0].get_legend().get_lines()]
        assert styles == ([] if whiskers else [":", "--", "-"] if draw is stage_bars.draw else ["-", "-"])
    if not whiskers:
        ce, sl = (found.get_ydata() for found in figure.axes[0].lines)
        assert (np.diff(sl) <= 0).all()  # the classes stand in the order of the last, whose name is below
        assert not (np.diff(ce) <= 0).all()
        assert figure.axes[0].get_xlabel() == "rank of the class, sorted by: SL"
        assert figure.axes[0].get_xlim() == (1, 100)


def test_whiskers_are_one_sample_deviation(runs: Path) -> None:
    group = run_group_of(runs)
    ce, sl = (accuracies(loss, [0, 1]) for loss in ("ce", "sl"))
    for whiskers, values in (
        (stage_bars.draw(group).axes[0].containers[-1], ce[:, 9]),
        (class_comparison.draw(group).axes[1].containers[-1], sl[:, -1] - ce[:, -1]),
    ):
        segments = whiskers.lines[2][0].get_segments()
        assert [np.ptp(line[:, 1]) / 2 for line in segments] == pytest.approx(values.std(axis=0, ddof=1))


def test_chosen_bars_keep_their_deviations() -> None:
    bars = Bars("", np.arange(3.0), 10 * np.arange(3.0), list("abc"), "k", list("xyz")).only([0, 2])
    assert (bars.mean.tolist(), bars.std.tolist(), bars.colours) == ([0, 2], [0, 20], ["a", "c"])
    assert bars.edges == ["x", "z"]


def test_stage_bars_are_the_accuracies_of_the_stage_epochs(runs: Path) -> None:
    panel = stage_bars.draw(run_group_of(runs)).axes[0]
    heights = np.array([bar.get_height() for bar in panel.patches]).reshape(3, 10)
    assert np.allclose(heights, accuracies("ce", [0, 1]).mean(0)[[0, 5, 9]])
    early, late = panel.patches[0], panel.patches[20]
    assert early.get_edgecolor() == late.get_edgecolor() == late.get_facecolor() != early.get_facecolor()
    assert panel.get_xlabel() == "class"
    spreads = " / ".join(f"{np.ptp(heights[place]):.0f}" for place in range(3))
    assert f"early / middle / late, in points: (a) {spreads}, (b)" in texts(panel.figure).replace("\n", " ")


def test_class_confidence_shows_the_probes(runs: Path) -> None:
    figure = class_confidence.draw(run_group_of(runs))
    records = [synthetic.lines(synthetic.header("sl", seed=seed)) for seed in (0, 1)]
    late = [next(entry for entry in record if entry.get("stage") == "late") for record in records]
    for place, expected in (
        (1, [100 * np.array(probe["confidence"]) for probe in late]),
        (3, [100 * np.array(probe["predictions"]) / 300 for probe in late]),
    ):
        heights = [bar.get_height() for bar in figure.axes[place].patches[20:30]]
        assert np.allclose(heights, np.mean(expected, axis=0))
    assert "images of class 3 (cat)" in figure.get_suptitle()
    assert {panel.get_xlabel() for panel in figure.axes} == {"predicted class"}


def test_class_comparison_shows_each_noise_that_both_ran_and_pairs_by_seed(runs: Path) -> None:
    for loss, seeds in (("ce", (0, 1, 2)), ("sl", (1, 2, 3))):
        for seed in seeds:
            synthetic.record(runs, loss, rate=0.6, seed=seed)
    axes = class_comparison.draw(run_group_of(runs)).axes
    assert [panel.get_title(loc="left") for panel in axes[::2]] == ["(a) symmetric 40 %", "(c) symmetric 60 %"]
    for panel, rate, seeds in ((axes[1], 0.4, [0, 1]), (axes[3], 0.6, [1, 2])):
        gain = accuracies("sl", seeds, rate=rate)[:, -1] - accuracies("ce", seeds, rate=rate)[:, -1]
        assert np.allclose([bar.get_height() for bar in panel.patches], gain.mean(0))
        assert "n = 2" in panel.get_title(loc="left")


def test_a_probe_that_saw_no_image_leaves_out_its_figure_only(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header("ce"))
    for probe in (entry for entry in record if entry["kind"] == "probe"):
        probe |= {"count": 0, "confidence": None, "predictions": None}
    synthetic.write(tmp_path, record)
    assert class_confidence.draw(run_group_of(tmp_path)) is None
    assert confusion.draw(run_group_of(tmp_path)) is not None


def test_a_mean_between_two_numbers_is_rounded_alike_on_all_figures(tmp_path: Path) -> None:
    """Of 200 images a class: 100 times the mean of shares and the mean of percents differ in their last bits."""
    halves = np.arange(60.5, 80.5, 2)  # percent; each lies between two whole numbers
    apart = np.random.default_rng(61).integers(1, 13, 10)
    for seed, counts in enumerate(np.array([2 * halves - apart, 2 * halves + 3 * apart, 2 * halves - 2 * apart])):
        record = synthetic.lines(synthetic.header("ce", seed=seed))
        for line in record:
            if line["kind"] == "epoch":
                line["class_accuracy"] = (counts / 200).tolist()
            if line["kind"] == "probe":
                line["confusion"] = [
                    [int(count if row == column else row == (column + 1) % 10 and 200 - count) for column in range(10)]
                    for row, count in enumerate(counts)
                ]
        synthetic.write(tmp_path, record)
    group = run_group_of(tmp_path)
    exact = [f"{half:.0f}" for half in halves]
    bars = stage_bars.draw(group).axes[0]
    names = class_curves.draw(group).axes[0].texts
    cells = {text.get_position(): text.get_text() for text in confusion.draw(group).axes[2].texts}
    assert [text.get_text() for text in bars.texts][-10:] == exact
    assert [name.get_text().split(": ")[1].split(" ")[0] for name in names][:10] == exact
    assert [cells[place, place] for place in range(10)] == exact
