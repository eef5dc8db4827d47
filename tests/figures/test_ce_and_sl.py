"""The README's picture: CE beside SL, class by class."""

from pathlib import Path

import pytest
import synthetic

from sl.comparison import RunGroup, run_groups
from sl.figures import ce_and_sl
from sl.record import Run, load_all


def group_of(root: Path) -> RunGroup:
    (group,) = run_groups(load_all(root))
    return group


def test_two_panels_with_the_class_wise_accuracy_of_ce_and_sl(tmp_path: Path) -> None:
    for loss in ("ce", "gce", "sl"):
        synthetic.record(tmp_path, loss, epochs=3)  # few epochs: no average over neighbours
    group = group_of(tmp_path)
    figure = ce_and_sl.draw(group)
    assert figure is not None
    assert [axes.get_title(loc="left").split()[1].rstrip(",") for axes in figure.axes] == ["CE", "SL"]
    for axes, loss in zip(figure.axes, ("ce", "sl"), strict=True):
        series = group.series(loss, group.noises[0])
        assert series is not None
        drawn = [line.get_ydata()[-1] for line in axes.lines[:10]]
        assert drawn == pytest.approx(100 * series.mean(Run.class_curve)[-1])


def test_beside_sl_stands_what_each_class_gains_over_ce(tmp_path: Path) -> None:
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path, loss, epochs=3)
    group = group_of(tmp_path)
    figure = ce_and_sl.draw(group)
    ce, sl = (group.series(loss, group.noises[0]) for loss in ("ce", "sl"))
    assert figure is not None
    assert ce is not None
    assert sl is not None
    gains = 100 * (sl.runs[0].class_curve()[-1] - ce.runs[0].class_curve()[-1])
    plain, with_gains = ([text.get_text() for text in axes.texts] for axes in figure.axes)
    assert len(with_gains) == len(gains) == 10
    assert not any("(" in text for text in plain)
    for label, gain in zip(ce.runs[0].class_labels, gains, strict=True):
        (named,) = (text for text in with_gains if text.startswith(f"{label}:"))
        assert named.endswith(f" ({gain:+.0f})".replace("-", "−"))


def test_nothing_is_drawn_without_one_of_them(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce")
    synthetic.record(tmp_path, "gce")
    assert ce_and_sl.draw(group_of(tmp_path)) is None
