"""Curves of every class's accuracy, and of the spread, against what the records hold."""

from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import accuracies, line, run_group_of, texts
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D

from sl.figures import (
    class_curves,
)
from sl.figures.lines import Line, epoch_lines, spread_labels
from sl.figures.style import save_figure


def test_class_curves_draw_what_the_record_holds(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", seed=0)
    panel = class_curves.draw(run_group_of(tmp_path)).axes[0]
    expected = accuracies("ce", [0])[0]
    for index, name in enumerate(synthetic.CIFAR10):
        drawn = line(panel, f"{index} {name}: {expected[-1, index]:.0f}")
        assert np.allclose(drawn.get_ydata(), expected[:, index])
        assert np.array_equal(drawn.get_xdata(), np.arange(1, 13))
    assert np.allclose(line(panel, "mean of the classes").get_ydata(), expected.mean(1))


def test_class_curves_of_several_seeds_are_means_and_name_the_deviation(runs: Path) -> None:
    expected = accuracies("sl", [0, 1])
    panel = class_curves.draw(run_group_of(runs)).axes[1]
    last, deviation = expected.mean(0)[-1, 3], expected.std(0, ddof=1)[-1, 3]
    assert np.allclose(line(panel, f"3 cat: {last:.0f} ± {deviation:.0f}").get_ydata(), expected.mean(0)[:, 3])
    assert "n = 2" in panel.get_title(loc="left")


def test_long_runs_are_smoothed_and_say_so(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", epochs=40)
    figure = class_curves.draw(run_group_of(tmp_path))
    expected = accuracies("ce", [0], epochs=40)[0].mean(1)
    smoothed = line(figure.axes[0], "mean of the classes").get_ydata()
    assert np.allclose(smoothed[2:-2], np.convolve(expected, np.full(5, 0.2), "valid"))
    assert smoothed[0] == pytest.approx(expected[0])
    assert smoothed[-1] == pytest.approx(expected[-1])
    said = texts(figure).replace("\n", " ")
    assert "centred means over 5 epochs, over fewer near the ends: the last point is one epoch." in said


def test_the_band_is_the_deviation_of_the_smoothed_lines(tmp_path: Path) -> None:
    for seed in (0, 1, 2):
        synthetic.record(tmp_path, "ce", seed=seed, epochs=40)
    (band,) = class_curves.draw(run_group_of(tmp_path)).axes[-1].collections
    spreads = np.ptp(accuracies("ce", [0, 1, 2], epochs=40), axis=2)
    smoothed = np.array([np.convolve(line, np.full(5, 0.2), "valid") for line in spreads])
    corners = band.get_paths()[0].vertices
    for epoch in (10, 25):
        low, high = np.sort(np.unique(corners[corners[:, 0] == epoch, 1]))[[0, -1]]
        assert (high - low) / 2 == pytest.approx(smoothed[:, epoch - 3].std(ddof=1))
        assert (high + low) / 2 == pytest.approx(smoothed[:, epoch - 3].mean())


def test_names_beside_the_lines_end_before_the_margin(tmp_path: Path) -> None:
    """Seen in the file: its resolution decides how wide letters are."""
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed)
        synthetic.record(tmp_path, "lsr", seed=seed)
    group = run_group_of(tmp_path)
    for run in group.runs:
        run.header.data.class_names[:] = [f"{'automobile'[: 4 + place]}" for place in range(10)]
    (png, _), _ = save_figure(lambda: class_curves.draw(group), tmp_path / "figure")
    assert (imread(png)[:, -4:, :3] > 0.99).all()


def test_a_class_without_test_images_has_no_curve(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header("ce"))
    for entry in record:
        if entry["kind"] == "epoch":
            entry["class_accuracy"][7] = None
    synthetic.write(tmp_path, record)
    names = [text.get_text() for text in class_curves.draw(run_group_of(tmp_path)).axes[0].texts]
    assert not any("horse" in name or "nan" in name for name in names)
    assert any("truck" in name for name in names)


def test_of_many_classes_six_are_in_colour(tmp_path: Path) -> None:
    """A class without test images is none of them."""
    record = synthetic.lines(synthetic.header("ce", dataset="cifar100", classes=24))
    for entry in record:
        if entry["kind"] == "epoch":
            entry["class_accuracy"][7] = None
    synthetic.write(tmp_path, record)
    panel = class_curves.draw(run_group_of(tmp_path)).axes[0]
    last = accuracies("ce", [0], dataset="cifar100", classes=24)[0, -1]
    order = [index for index in np.argsort(last) if index != 7]
    curves = coloured(panel)
    assert {int(found.get_label().split()[0].rstrip(":")) for found in curves} == {*order[:3], *order[-3:]}
    assert len({found.get_color() for found in curves}) == 6


def coloured(panel: Axes) -> list[Line2D]:
    """The lines of the named classes among many."""
    wide = [found for found in panel.lines if found.get_linewidth() == 1.6 and found.get_linestyle() == "-"]
    return [found for found in wide if len(found.get_xdata()) == 12]


def test_a_colour_stands_for_one_class_in_all_panels(tmp_path: Path) -> None:
    """Best and worst by the mean of the panels, each of which has its own order."""
    mean = np.zeros(24)
    for place, loss in enumerate(("ce", "sl")):
        record = synthetic.lines(synthetic.header(loss, dataset="cifar100", classes=24))
        last = [entry for entry in record if entry["kind"] == "epoch"][-1]
        last["class_accuracy"] = np.roll(np.linspace(0.1, 0.9, 24), 5 * place).tolist()
        mean += last["class_accuracy"]
        synthetic.write(tmp_path, record)
    figure = class_curves.draw(run_group_of(tmp_path))
    one, other = ({found.get_label().split(":")[0]: found.get_color() for found in coloured(panel)}
                  for panel in figure.axes[:2])  # fmt: skip
    order = np.argsort(mean).tolist()
    assert one == other
    assert {int(name.split()[0]) for name in one} == {*order[:3], *order[-3:]}
    assert "In colour: the three best and the three worst classes" in texts(figure).replace("\n", " ")


def test_narrow_panels_name_the_last_epoch_too() -> None:
    panel = Figure(figsize=(2, 2)).subplots()
    epoch_lines(panel, [Line("CE", "k", np.arange(120.0), np.full(120, np.nan))])
    ticks = [tick for tick in panel.get_xticks() if 1 <= tick <= 120]
    assert ticks == [20, 40, 60, 80, 100, 120]


def test_leaders_cannot_be_read_as_data(runs: Path) -> None:
    panel = class_curves.draw(run_group_of(runs)).axes[0]
    data = [found for found in panel.lines if len(found.get_xdata()) == 12]
    leaders = [found for found in panel.lines if len(found.get_xdata()) == 2 and found.get_linestyle() == ":"]
    assert len(leaders) == 10
    for leader in leaders:
        assert min(leader.get_xdata()) > 1  # right of the axes
        assert leader.get_linestyle() == ":"
        assert leader.get_linewidth() < min(found.get_linewidth() for found in data) / 2
        assert leader.get_color() not in {found.get_color() for found in data}


def test_a_name_stands_behind_a_piece_of_its_line(tmp_path: Path) -> None:
    for noise in ("symmetric", "none"):
        synthetic.record(tmp_path, "ce", noise)
    spread = class_curves.draw(run_group_of(tmp_path)).axes[2]
    names = {text.get_text(): text.get_position()[1] for text in spread.texts}
    pieces = {found.get_ydata()[0]: found for found in spread.lines if tuple(found.get_xdata()) == (1.05, 1.13)}
    for name in ("CE", "CE clean"):
        piece, data = pieces[names[name]], line(spread, name)
        assert (piece.get_color(), piece.get_linestyle()) == (data.get_color(), data.get_linestyle())
    assert {piece.get_linestyle() for piece in pieces.values()} == {"-", ":"}


def test_spread_is_best_minus_worst(runs: Path) -> None:
    panel = class_curves.draw(run_group_of(runs)).axes[-1]
    expected = accuracies("ce", [0, 1])
    spread = expected.max(2) - expected.min(2)
    assert np.allclose(line(panel, "CE").get_ydata(), spread.mean(0))
    band = panel.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx((spread.mean(0) + spread.std(0, ddof=1)).max())


def test_labels_keep_their_distance_and_order() -> None:
    heights = [0.2, 0.21, 0.22, 0.99, 1.0]
    placed = spread_labels(heights, 0.1, 0, 1)
    assert (np.diff(placed) >= 0.1 - 1e-12).all()
    assert placed.min() >= 0
    assert placed.max() <= 1 + 1e-12
    assert placed[:3].mean() == pytest.approx(0.21)
