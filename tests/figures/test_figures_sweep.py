from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from drawn import accuracies, line, run_group_of, texts

from sl.comparison import RunGroup
from sl.comparison.sweeps import sweeps
from sl.figures import ablation, boosting, class_comparison, parameters
from sl.figures import sweep as figure
from sl.record import Noise, load_all


def last(loss: str, **options: Any) -> float:
    """Mean last-epoch accuracy of seeds 0 and 1."""
    return float(accuracies(loss, [0, 1], **options)[:, -1].mean())


def test_every_point_stands_where_its_parameters_say_with_its_own_mean_and_deviation(tmp_path: Path) -> None:
    """Last accuracies that differ from point to point, after better ones; of two seeds, two points apart."""
    points = {(0.1, 1.0, -9.2103): 0.5, (1.0, 1.0, -9.2103): 0.4, (0.1, 0.5, -9.2103): 0.45, (1.0, 0.5, -9.2103): 0.3,
              (0.1, 1.0, -4.0): 0.55, (0.1, 2.0, -3.0): 0.6, (1.0, 1.0, -2.0): 0.2}  # fmt: skip
    for (alpha, beta, log_zero), mean in points.items():
        options = {"alpha": alpha, "beta": beta, "log_zero": log_zero}
        for seed, accuracy in ((0, mean - 0.01), (1, mean + 0.01)):
            synthetic.ending(tmp_path, accuracy, "sl", seed=seed, loss_options=options)
    synthetic.ending(tmp_path, 0.35, "ce")
    drawn = parameters.draw(run_group_of(tmp_path))
    alphas, betas, zeros, product, grid = drawn.axes
    for panel, places, means in (
        (alphas, [0.1, 1.0], [50, 40]), (betas, [0.5, 1.0], [45, 50]), (zeros, [4.0, 9.2103], [55, 50])
    ):  # fmt: skip
        (points_drawn,) = panel.containers
        assert points_drawn.lines[0].get_xydata() == pytest.approx(np.column_stack([places, means]))
        (whiskers,) = points_drawn.lines[2]
        expected = [[mean - np.sqrt(2), mean + np.sqrt(2)] for mean in means]
        assert [bar[:, 1].tolist() for bar in whiskers.get_segments()] == [pytest.approx(ends) for ends in expected]
    places = {found.get_label(): found.lines[0].get_xydata().tolist() for found in product.containers}
    assert places == {
        "β varied": [pytest.approx((0.5 * 9.2103, 45)), pytest.approx((9.2103, 50))],
        "A varied": [pytest.approx((4, 55)), pytest.approx((9.2103, 50))],
        "both varied": [pytest.approx((6, 60))],
    }
    assert np.allclose(grid.images[0].get_array(), [[45, 50], [30, 40]])
    assert np.allclose(line(product, "CE").get_ydata(), 35)
    said = texts(drawn).replace("\n", " ")
    assert "1 more points differ in α and A together" in said
    assert "RCE is linear in A, so A and β act as β · (−A)." in said
    assert "from α 0.1, β 1, A −9.21, one or more are varied" in drawn.get_suptitle().replace("\n", " ")


def test_parameters_tell_numbers_of_runs_and_an_axis_without_zero(tmp_path: Path) -> None:
    """One parameter varied; the ringed point and CE have more runs than the other, and a band shows CE's deviation."""
    for seed, accuracy in ((0, 0.49), (1, 0.51)):
        synthetic.ending(tmp_path, accuracy, "sl", seed=seed)
        synthetic.ending(tmp_path, accuracy - 0.1, "ce", seed=seed)
    synthetic.ending(tmp_path, 0.45, "sl", loss_options={"alpha": 1.0})
    drawn = parameters.draw(run_group_of(tmp_path))
    (panel,) = drawn.axes
    assert (panel.get_title(loc="left"), [text.get_text() for text in panel.texts]) == ("α varied", ["CE\nn = 2"])
    (band,) = panel.patches
    assert (band.get_y(), band.get_height()) == pytest.approx((40 - np.sqrt(2), 2 * np.sqrt(2)))
    assert drawn.get_suptitle().startswith(
        "SL by its parameters, symmetric 40 %; from α 0.1, β 1, A −9.21, one is varied"
    )
    said = texts(drawn).replace("\n", " ")
    assert "Each point: mean of n = 1. Ringed: the parameters of the other figures (n = 2)." in said
    assert "The axis does not begin at 0." in said
    assert "Whiskers, CE's band: ± 1 standard deviation" in said
    assert "linear" not in said  # A is not varied
    synthetic.ending(tmp_path, 0.0, "sl", loss_options={"alpha": 2.0})
    assert "does not begin" not in texts(parameters.draw(run_group_of(tmp_path))).replace("\n", " ")


def test_names_of_lines_lie_outside_the_panels(full: Path) -> None:
    figure = parameters.draw(run_group_of(full))
    figure.draw_without_rendering()
    legends = [(panel, panel.get_legend()) for panel in figure.axes if panel.get_legend()]
    assert len(legends) == 1
    assert all(legend.get_window_extent().y0 >= panel.bbox.y1 - 0.5 for panel, legend in legends)
    names = [(panel, text) for panel in figure.axes for text in panel.texts if text.get_text() == "CE\nn = 2"]
    assert len(names) == 4
    assert all(text.get_window_extent().x0 > panel.bbox.x1 for panel, text in names)


def test_no_parameter_figure_without_a_second_value(runs: Path) -> None:
    assert parameters.draw(run_group_of(runs)) is None
    synthetic.record(runs, "sl", loss_options={"alpha": 0.0})
    assert parameters.draw(run_group_of(runs)) is None
    synthetic.record(runs, "sl", loss_options={"alpha": 1.0})
    (panel,) = parameters.draw(run_group_of(runs)).axes
    assert panel.get_title(loc="left") == "α varied"


def test_a_sweep_over_two_parameters_is_a_heat_map(runs: Path) -> None:
    synthetic.record(runs, "sl", "none")  # run under most noises: the parameters that stand for SL
    for alpha in (0.01, 0.1, 1.0):
        for beta in (0.5, 1.0) if alpha < 1 else (1.0,):
            for seed in (0, 1):
                synthetic.record(runs, "sl", seed=seed, loss_options={"alpha": alpha, "beta": beta})
    panel = parameters.draw(run_group_of(runs)).axes[-1]
    assert panel.get_title(loc="left").startswith("(c) α and β varied")
    shown = np.ma.filled(panel.images[0].get_array(), np.nan)
    assert np.allclose(shown, [[last("sl")] * 2, [last("sl")] * 2, [np.nan, last("sl")]], equal_nan=True)
    assert [label.get_text() for label in panel.get_yticklabels()] == ["0.01", "0.1", "1"]


def test_ablation_draws_each_term_with_its_weight(full: Path) -> None:
    figure = ablation.draw(run_group_of(full))
    names = [drawn.get_label() for drawn in figure.axes[0].lines if not drawn.get_label().startswith("_")]
    assert names == ["CE alone", "5 × CE", "RCE alone", "5 × RCE", "SL"]
    for panel, what in zip(figure.axes, ("test_accuracy", "wrong_memorised"), strict=True):
        for name, loss in (("RCE alone", "rce"), ("SL", "sl"), ("5 × RCE", "sl")):  # by loss alone in these records
            assert np.allclose(line(panel, name).get_ydata(), 100 * synthetic.curves(loss, what, [0, 1]).mean(axis=0))
    assert {name: line(figure.axes[0], name).get_linestyle() for name in ("CE alone", "5 × CE")} == {
        "CE alone": "-",
        "5 × CE": "--",
    }
    said = texts(figure).replace("\n", " ")
    assert "CE alone (n = 2), 5 × CE (n = 2), RCE alone (n = 2)" in said
    assert "Not recorded" not in said


def test_a_term_alone_has_the_a_of_sl(full: Path) -> None:
    synthetic.record(full, "sl", loss_options={"alpha": 0.0, "beta": 3.0, "log_zero": -4.0})
    assert "3 × RCE" not in [version.name for version in ablation.versions(run_group_of(full))]


def test_ablation_says_what_is_missing(runs: Path) -> None:
    assert ablation.draw(run_group_of(runs)) is None
    synthetic.record(runs, "sl", loss_options={"alpha": 0.1, "beta": 0.0})
    figure = ablation.draw(run_group_of(runs))
    assert line(figure.axes[0], "0.1 × CE").get_linestyle() == ":"
    assert "Not recorded yet: up-weighted CE, RCE, up-weighted RCE." in texts(figure)


def test_a_term_that_ran_with_more_weight_alone_is_missing_without(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "sl", loss_options={"alpha": 5.0, "beta": 0.0})
    assert "Not recorded yet: CE, RCE, up-weighted RCE." in texts(ablation.draw(run_group_of(tmp_path))).replace(
        "\n", " "
    )


def test_boosting_pairs_each_method_with_itself(full: Path) -> None:
    synthetic.record(full, "forward_sl", seed=2)
    accuracy, gain = boosting.draw(run_group_of(full)).axes
    assert [panel.get_title(loc="left") for panel in (accuracy, gain)] == ["(a) symmetric 40 %", "(b) gain from SL"]
    heights = np.array([bar.get_height() for bar in accuracy.patches]).reshape(2, 2)
    assert np.isnan(heights).tolist() == [[True, False], [False, False]]
    assert heights[0, 1] == pytest.approx(last("forward"))
    difference = accuracies("forward_sl", [0, 1])[:, -1] - accuracies("forward", [0, 1])[:, -1]
    assert gain.patches[1].get_height() == pytest.approx(difference.mean(), rel=1e-4)  # records round
    means = accuracies("forward", [0, 1])[:, -1].mean(axis=1)
    for panel, values in ((gain, difference.mean(axis=1)), (accuracy, means)):
        low, high = panel.containers[1].lines[2][0].get_segments()[1][:, 1]
        assert (high - low) / 2 == pytest.approx(values.std(ddof=1), abs=1e-3)
    assert [label.get_text() for label in gain.get_xticklabels()] == ["LSR\nn = 0", "Forward\nn = 2"]
    assert [label.get_text() for label in accuracy.get_xticklabels()] == ["LSR\nn = 0, 2", "Forward\nn = 2, 3"]


def test_boosting_names_the_parameters_of_its_sl(runs: Path) -> None:
    synthetic.record(runs, "forward_sl", loss_options={"term": {"alpha": 0.1, "beta": 1.0, "log_zero": -9.2103}})
    assert "SL: α 0.1, β 1, A −9.21. Gain: with SL minus without" in texts(boosting.draw(run_group_of(runs)))


def test_a_sweep_over_lists_has_a_panel_for_each(tmp_path: Path) -> None:
    for milestones in ([10], [20], [10, 20]):
        for lr in (0.1, 0.01):
            synthetic.record(tmp_path, "ce", recipe_options={"milestones": milestones, "lr": lr})
    (sweep,) = sweeps(load_all(tmp_path))
    assert sweep.varied == ("recipe.milestones", "recipe.lr")  # the option with most values first
    panels = figure.draw(sweep).axes
    titles = sorted(panel.get_title(loc="left").split(") ")[1] for panel in panels)
    assert titles == [f"recipe.milestones {value}" for value in ("[10, 20]", "[10]", "[20]")]
    assert [panel.containers[0].lines[0].get_xdata().tolist() for panel in panels] == [[0.01, 0.1]] * 3


def test_a_sweep_tells_numbers_of_runs_and_a_logarithmic_axis(tmp_path: Path) -> None:
    for lr, seeds in ((0.01, 2), (0.1, 1)):
        for seed in range(seeds):
            synthetic.record(tmp_path, "ce", seed=seed, recipe_options={"lr": lr})
    drawn = figure.draw(*sweeps(load_all(tmp_path)))
    assert "Each point: mean of n = 1 to 2." in texts(drawn)
    assert (drawn.axes[0].get_xscale(), drawn.axes[0].get_xlabel()) == ("log", "recipe.lr (log scale)")
    for gamma in (0.1, 0.2):
        for lr in (0.01, 0.02):
            synthetic.record(tmp_path / "two", "ce", recipe_options={"lr": lr, "gamma": gamma})
    runs = load_all(tmp_path / "two")
    assert "Each cell: mean of n = 1." in texts(figure.draw(*sweeps(runs)))
    drawn = figure.draw(*sweeps([run for run in runs if run.config.recipe["gamma"] == 0.1]))
    assert (drawn.axes[0].get_xscale(), drawn.axes[0].get_xlabel()) == ("linear", "recipe.lr")


def test_on_and_off_are_no_numbers_of_an_axis(tmp_path: Path) -> None:
    for flip in (True, False):
        synthetic.record(tmp_path, "ce", recipe_options={"flip": flip, "lr": 0.01})
    assert figure.draw(*sweeps(load_all(tmp_path))) is None
    for flip in (True, False):
        synthetic.record(tmp_path, "ce", recipe_options={"flip": flip, "lr": 0.1})
    panels = figure.draw(*sweeps(load_all(tmp_path))).axes
    assert {panel.get_title(loc="left")[4:] for panel in panels} == {"recipe.flip True", "recipe.flip False"}


def test_a_sweeps_picture_counts_diverged_runs(tmp_path: Path) -> None:
    for seed in (0, 1):
        for alpha in (0.1, 1.0, 10.0):
            write = synthetic.diverged if alpha * seed > 0.5 else synthetic.record
            write(tmp_path, "sl", seed=seed, loss_options={"alpha": alpha})
    said = texts(figure.draw(*sweeps(load_all(tmp_path)))).replace("\n", " ")
    assert "Each point: mean of n = 1 to 2. 2 runs diverged." in said


def test_runs_of_sl_without_one_of_its_parameters_are_no_points(runs: Path) -> None:
    """`~loss.log_zero` on the command line: the loss takes its own default, which the record does not hold."""
    for options in ({"alpha": 1.0}, {"beta": 0.0}):
        synthetic.record(runs, "sl", loss_options=options)
    before = [drawn(run_group_of(runs)) for drawn in (sl_values, ablation.versions)]
    for number, missing in enumerate(("alpha", "beta", "log_zero")):
        head = synthetic.header("sl", seed=5)
        del head["config"]["loss"][missing]
        synthetic.write(runs, synthetic.lines(head | {"identity": f"{number:016x}"}))
    assert len(run_group_of(runs).variants("sl", Noise("symmetric", 0.4))) == 3 + 3
    after = [drawn(run_group_of(runs)) for drawn in (sl_values, ablation.versions)]
    assert after[0] == before[0]
    assert [(one.term, one.weight) for one in after[1]] == [(one.term, one.weight) for one in before[1]]
    assert parameters.draw(run_group_of(runs)) is not None
    assert ablation.draw(run_group_of(runs)) is not None


def sl_values(group: RunGroup) -> tuple[Noise, list[dict[str, float]]]:
    """Noise and parameters of the points that the figure of the parameters draws."""
    noise, _, points = parameters.sweep(group)
    return noise, [point.values for point in points]


def test_refused_pairs_are_named_below_a_gain(runs: Path) -> None:
    synthetic.record(runs, "forward")
    path = synthetic.record(runs, "forward_sl")
    path.write_text(path.read_text().replace('"torch": "2.0"', '"torch": "9.9"'))
    group = run_group_of(runs)
    assert "Pairs refused: seed 0: PyTorch 2.0 against 9.9." in texts(boosting.draw(group))
    assert "refused" not in texts(class_comparison.draw(group))
    for run in group.series("sl", Noise("symmetric", 0.4)).runs:
        run.header.provenance.packages["torch"] = "9.9"
    said = texts(class_comparison.draw(group)).replace("\n", " ")
    assert "Pairs refused: seed 0: PyTorch 2.0 against 9.9; seed 1: PyTorch 2.0 against 9.9." in said
