"""What is written on a figure: scale, origin, what is missing; and that no text stands in another."""

from itertools import combinations
from pathlib import Path

import pytest
import synthetic
from drawn import run_group_of, texts

from sl.figures import (
    class_curves,
)
from sl.figures.catalogue import FIGURES
from sl.figures.panels import FOOTER_WIDTH, wrapped
from sl.figures.style import settle

SCALED = "scaled-down run: 5,000 of 50,000 training and 2,000 test images (20 %), 12 of 120 epochs"


@pytest.mark.parametrize("name", ["class_curves", "confusion"])
def test_no_title_or_name_stands_in_another(name: str, runs: Path) -> None:
    """Digits are short names of classes: they leave square panels more width and less height."""
    group = run_group_of(runs)
    for run in group.runs:
        run.header.data.class_names[:] = map(str, range(10))
    figure = FIGURES[name](group)
    assert figure is not None
    settle(figure)
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += [axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
    boxes = [(text.get_window_extent().padded(-1), text.get_text()) for text in texts if text.get_text()]
    assert not [(one[1], other[1]) for one, other in combinations(boxes, 2) if one[0].overlaps(other[0])]


def test_what_is_missing_is_left_out_and_named_below(runs: Path) -> None:
    """Of several runs of a cell the one that has come furthest."""
    for seed, lines in enumerate((3, 4, 1)):
        synthetic.write(runs, synthetic.lines(synthetic.header("lsr", seed=seed))[:lines])
    synthetic.diverged(runs, "gce")
    figure = class_curves.draw(run_group_of(runs))
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert [title.split(" ")[1].rstrip(",") for title in titles] == ["CE", "SL", "best"]
    lacking = (
        "Not finished or not recorded yet: CE clean, LSR symmetric 40 % (epoch 2 of 12), GCE symmetric 40 % (diverged)."
    )
    assert lacking in texts(figure).replace("\n", " ")


def test_own_data_are_drawn_with_whatever_losses_ran_and_without_the_paper(tmp_path: Path) -> None:
    for loss in ("ce", "sl", "mae"):
        synthetic.own(tmp_path, loss)
    group = run_group_of(tmp_path)
    drawn = {name: figure for name, draw in FIGURES.items() if (figure := draw(group))}
    by_class = {"class_curves", "ce_and_sl", "class_confidence", "class_comparison"}
    assert set(drawn) == by_class | {"stage_bars", "confusion"}
    titles = [panel.get_title(loc="left").split(" ")[1] for panel in drawn["class_curves"].axes]
    assert titles == ["CE,", "SL", "MAE,", "best"]
    for figure in drawn.values():
        written = " ".join(
            [figure.get_suptitle(), texts(figure), *(panel.get_title(loc="left") for panel in figure.axes)]
        )
        for word in ("paper", "recorded yet", "clean", "Rightly"):
            assert word not in written


@pytest.mark.parametrize(
    ("recipe", "end"),
    [("authors_code", "CIFAR-10, scaled-down run"), ("apl", "CIFAR-10, scaled-down run, recipe apl")],
)
def test_a_title_names_a_recipe_that_is_not_the_authors(tmp_path: Path, recipe: str, end: str) -> None:
    synthetic.record(tmp_path, "ce", recipe=recipe)
    figure = FIGURES["transition"](run_group_of(tmp_path))
    assert figure is not None
    assert figure.get_suptitle().endswith(end)


def test_no_line_below_a_figure_ends_between_a_number_and_its_sign_or_unit() -> None:
    units = ["(divisor n − 1)", "± 1", "n = 3", "5 × CE", "25 %"]
    for unit in units:
        for length in range(FOOTER_WIDTH - len(unit) - 2, FOOTER_WIDTH + 1):
            lines = wrapped(f"{'x' * length} {unit}")
            assert lines[-1].endswith(unit.removeprefix("(divisor "))
            assert " ".join(lines) == f"{'x' * length} {unit}"


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_states_scale_and_origin(full: Path, name: str) -> None:
    figure = FIGURES[name](run_group_of(full))
    assert figure is not None
    settle(figure)
    assert figure.get_suptitle().endswith("CIFAR-10, scaled-down run")
    assert figure._suptitle.get_window_extent().x1 < figure.bbox.x1
    footer = texts(figure).replace("\n", " ")
    assert "  " not in footer
    seeds = "(0)" if name == "transition" else "(0, 1)"  # it shows the lowest seed
    for part in ("CIFAR-10", SCALED, "recipe authors_code", seeds, "cpu: invented, 1 thread", "commit 0123456"):
        assert part in footer


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_without_its_runs(tmp_path: Path, name: str) -> None:
    synthetic.write(tmp_path, synthetic.lines(synthetic.header("ce"))[:4])  # not finished
    assert FIGURES[name](run_group_of(tmp_path)) is None
