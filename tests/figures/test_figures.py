import errno
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import accuracies, line, run_group_of, texts
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import imread

from sl.errors import UserError
from sl.figures import (
    class_comparison,
    class_confidence,
    class_curves,
    class_memorisation,
    confusion,
    draw_all,
    memorisation,
    stage_bars,
    transition,
)
from sl.figures.bars import Group, class_bars
from sl.figures.catalogue import FIGURES
from sl.figures.lines import spread_labels
from sl.figures.style import CLASS_COLOURS, STYLE, draw_styled, settle
from sl.numbers import signed
from sl.record import load_all
from sl.record.run import Array
from sl.record.shown import known

ROOT = Path(__file__).parents[2]
SCALED = "scaled-down run: 5,000 of 50,000 training and 2,000 (20 % of the) test images, 12 of 120 epochs"


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
    assert "centred means over 5 epochs" in texts(figure)


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


def test_names_beside_the_lines_end_before_the_margin(tmp_path: Path) -> None:
    """Seen in the file: its resolution decides how wide letters are."""
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed)
        synthetic.record(tmp_path, "lsr", seed=seed)
    group = run_group_of(tmp_path)
    for run in group.runs:
        run.header.data.class_names[:] = [f"{'automobile'[: 4 + place]}" for place in range(10)]
    (png, _), _ = draw_styled(lambda: class_curves.draw(group), tmp_path / "figure")
    assert (imread(png)[:, -4:, :3] > 0.99).all()


def test_matrices_of_many_classes_keep_their_titles_apart(tmp_path: Path) -> None:
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path, loss, dataset="cifar100", classes=100)
    figure = confusion.draw(run_group_of(tmp_path))
    settle(figure)
    below, above = (figure.axes[0].xaxis.label.get_window_extent(), figure.axes[3]._left_title.get_window_extent())
    assert below.y0 > above.y1 + 5
    assert figure._suptitle.get_window_extent().y0 > figure.axes[0]._left_title.get_window_extent().y1 + 5
    assert "Rows: true class; columns: predicted class." in texts(figure)


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
    curves = [found for found in panel.lines if found.get_linewidth() == 1.6 and found.get_linestyle() == "-"]
    assert {int(found.get_label().split()[0].rstrip(":")) for found in curves} == {*order[:3], *order[-3:]}
    assert len({found.get_color() for found in curves}) == 6


def test_a_difference_that_rounds_to_nothing_has_no_minus() -> None:
    axes = Figure().subplots()
    values = np.array([-0.4, 0.3, -1.2, 2.0])
    class_bars(
        axes, list("abcd"), [Group("gain", values, np.full(4, np.nan), ["k"] * 4, "k")], partial(signed, decimals=0)
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
        assert ("Whiskers: ± 1 standard deviation" in " ".join(texts(figure).split())) == whiskers


def test_memorisation_says_how_images_are_counted(runs: Path) -> None:
    assert "while the epoch trains, on augmented images" in texts(memorisation.draw(run_group_of(runs)))


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
    pieces = {found.get_ydata()[0]: found for found in spread.lines if tuple(found.get_xdata()) == (1.05, 1.09)}
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


def test_what_is_missing_is_left_out_and_named_below(runs: Path) -> None:
    synthetic.write(runs, synthetic.lines(synthetic.header("lsr"))[:4])
    figure = class_curves.draw(run_group_of(runs))
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert [title.split(" ")[1].rstrip(",") for title in titles] == ["CE", "SL", "best"]
    lacking = "Not finished or not recorded yet: CE clean, LSR symmetric 40 % (epoch 2 of 12), GCE symmetric 40 %."
    assert lacking in texts(figure).replace("\n", " ")


def test_own_data_are_drawn_with_whatever_losses_ran_and_without_the_paper(tmp_path: Path) -> None:
    for loss in ("ce", "sl", "mae"):
        synthetic.own(tmp_path, loss)
    group = run_group_of(tmp_path)
    drawn = {name: figure for name, draw in FIGURES.items() if (figure := draw(group))}
    assert set(drawn) == {
        "class_curves",
        "ce_and_sl",
        "stage_bars",
        "confusion",
        "class_confidence",
        "class_comparison",
    }
    titles = [panel.get_title(loc="left").split(" ")[1] for panel in drawn["class_curves"].axes]
    assert titles == ["CE,", "SL", "MAE,", "best"]
    for figure in drawn.values():
        written = " ".join(
            [figure.get_suptitle(), texts(figure), *(panel.get_title(loc="left") for panel in figure.axes)]
        )
        for word in ("paper", "recorded yet", "clean", "Rightly"):
            assert word not in written


def test_stage_bars_are_the_accuracies_of_the_stage_epochs(runs: Path) -> None:
    panel = stage_bars.draw(run_group_of(runs)).axes[0]
    heights = np.array([bar.get_height() for bar in panel.patches]).reshape(3, 10)
    assert np.allclose(heights, accuracies("ce", [0, 1]).mean(0)[[0, 5, 9]])
    assert "early / middle / late" in texts(stage_bars.draw(run_group_of(runs)))


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
    assert "images of 3 cat" in figure.get_suptitle()


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


def test_memorisation_draws_the_training_shares(runs: Path) -> None:
    axes = memorisation.draw(run_group_of(runs)).axes
    record = synthetic.lines(synthetic.header("ce"))
    for panel, metric in zip(axes, ("right_accuracy", "wrong_memorised", "wrong_corrected"), strict=True):
        line = next(line for line in panel.lines if line.get_label() == "CE")
        assert np.allclose(line.get_ydata(), [100 * line[metric] for line in record if line["kind"] == "epoch"])


def test_class_memorisation_draws_the_shares_of_each_true_class(runs: Path) -> None:
    assert class_memorisation.draw(run_group_of(runs)) is None  # older records
    memorised, learnt = np.linspace(0.1, 0.6, 10), np.linspace(0.9, 0.5, 10)
    for seed, more in ((0, 0.0), (1, 0.2)):
        synthetic.class_training(synthetic.record(runs, "ce", seed=seed), memorised + more, learnt)
    synthetic.class_training(synthetic.record(runs, "sl", seed=1), 0.5 * memorised, learnt)
    wrong, right = class_memorisation.draw(run_group_of(runs)).axes
    heights = [[bar.get_height() for bar in bars] for bars in wrong.containers if isinstance(bars, BarContainer)]
    assert np.allclose(heights, [100 * (memorised + 0.1), 50 * memorised])
    heights = [[bar.get_height() for bar in bars] for bars in right.containers if isinstance(bars, BarContainer)]
    assert np.allclose(heights, [100 * learnt, 100 * learnt])
    keys = [text.get_text() for text in wrong.get_legend().get_texts()]
    assert [("n = 2, mean of classes 45.0" in keys[0]), ("n = 1, mean of classes 17.5" in keys[1])] == [True, True]


def pictures(figure: Figure) -> list[Array]:
    """The matrices of the panels that are pictures."""
    return [np.asarray(panel.images[0].get_array()) for panel in figure.axes if panel.images]


def test_transition_shows_the_matrix_of_each_noise(runs: Path) -> None:
    synthetic.record(runs, "ce", "asymmetric", 0.2)
    figure = transition.draw(run_group_of(runs))
    symmetric, asymmetric = pictures(figure)
    assert np.allclose(np.diag(symmetric), 0.6)
    assert np.allclose(np.diag(asymmetric), 0.8)
    assert "40.0 % of all labels wrong" in figure.axes[0].get_title(loc="left")
    assert "2 runs, 1 seed (0)" in texts(figure)  # of the five recorded, those that are shown
    assert {text.get_text() for text in figure.axes[0].texts} == {"60", "4"}


def test_confusion_shows_the_shares_of_each_row_at_each_stage(runs: Path) -> None:
    figure = confusion.draw(run_group_of(runs))
    drawn = pictures(figure)
    assert len(drawn) == 6
    for row, loss in enumerate(("ce", "sl")):
        for column, stage in enumerate(("early", "middle", "late")):
            records = [synthetic.lines(synthetic.header(loss, seed=seed)) for seed in (0, 1)]
            counts = [next(one for one in record if one.get("stage") == stage)["confusion"] for record in records]
            assert np.allclose(drawn[3 * row + column], np.mean(counts, axis=0) / 200)
    assert "SL (α 0.1" in figure.axes[3].get_title(loc="left")


@pytest.mark.parametrize(
    ("recipe", "end"),
    [("authors_code", "CIFAR-10, scaled-down run"), ("apl", "CIFAR-10, scaled-down run, recipe apl")],
)
def test_a_title_names_a_recipe_that_is_not_the_authors(tmp_path: Path, recipe: str, end: str) -> None:
    synthetic.record(tmp_path, "ce", recipe=recipe)
    figure = FIGURES["transition"](run_group_of(tmp_path))
    assert figure is not None
    assert figure.get_suptitle().endswith(end)


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


def test_labels_keep_their_distance_and_order() -> None:
    heights = [0.2, 0.21, 0.22, 0.99, 1.0]
    placed = spread_labels(heights, 0.1, 0, 1)
    assert (np.diff(placed) >= 0.1 - 1e-12).all()
    assert placed.min() >= 0
    assert placed.max() <= 1 + 1e-12
    assert placed[:3].mean() == pytest.approx(0.21)


SEEN_BY = {  # Machado, Oliveira and Fernandes 2009, on linear RGB
    "all": np.eye(3),
    "deuteranopes": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopes": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}


def lab(colours: list[str], sight: Array) -> Array:
    """CIE L*a*b* (D65) of colours as seen, (n, 3)."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ sight.T
    to_xyz = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
    xyz = np.clip(linear, 0, 1) @ to_xyz.T / np.array([0.9505, 1, 1.0888])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], axis=1)


@pytest.mark.parametrize("viewers", SEEN_BY)
def test_no_colour_stands_for_a_loss_and_for_a_class(viewers: str) -> None:
    of_losses = [item.colour for item in known("loss").values() if item.colour]
    losses, classes = (lab(list(colours), SEEN_BY[viewers]) for colours in (of_losses, CLASS_COLOURS))
    apart = np.linalg.norm(losses[:, None] - np.vstack([losses, classes])[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 12  # a just noticeable difference is about 2.3


def test_odd_class_names_are_drawn_as_they_are(tmp_path: Path) -> None:
    head = synthetic.header("ce", dataset="folder", noise="none", classes=3)
    head["data"]["class_names"] = ["cost $x^2", "$", "a name that is longer than any panel has room for"]
    synthetic.write(tmp_path, synthetic.lines(head))
    paths, notices = draw_styled(lambda: class_curves.draw(run_group_of(tmp_path)), tmp_path / "figure")
    assert [path.suffix for path in paths] == [".png", ".svg"]
    assert notices == []


def test_characters_without_a_font_are_one_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STYLE, "font.family", "DejaVu Sans")
    head = synthetic.header("ce", dataset="folder", noise="none", classes=3)
    head["data"]["class_names"] = ["猫", "犬", "bird"]
    synthetic.write(tmp_path, synthetic.lines(head))
    for name in set(FIGURES) - {"class_curves", "stage_bars"}:
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(tmp_path), tmp_path / "out"))
    assert sum("no installed font has the characters 猫犬" in line for line in said) == 1
    assert len(list((tmp_path / "out").rglob("*.png"))) == 2


def test_a_probe_that_saw_no_image_leaves_out_its_figure_only(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header("ce"))
    for probe in (entry for entry in record if entry["kind"] == "probe"):
        probe |= {"count": 0, "confidence": None, "predictions": None}
    synthetic.write(tmp_path, record)
    assert class_confidence.draw(run_group_of(tmp_path)) is None
    assert confusion.draw(run_group_of(tmp_path)) is not None


def test_files_lie_by_data_set_scale_and_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for recipe in ("authors_code", "apl"):
        synthetic.record(tmp_path, "ce", recipe=recipe)
    for name in set(FIGURES) - {"transition", "class_comparison"}:
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(tmp_path), tmp_path / "out"))
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    folders = ("cifar10/cpu", "cifar10/cpu-apl")
    assert files == {f"{folder}/transition.{suffix}" for folder in folders for suffix in ("png", "svg")}
    assert sum("class_comparison: not drawn" in line for line in said) == 2


def test_of_own_data_no_experiment_of_the_paper_is_missed(tmp_path: Path) -> None:
    synthetic.own(tmp_path / "runs", "ce")
    said = list(draw_all(load_all(tmp_path / "runs"), tmp_path / "out"))
    assert any("class_curves.png" in line for line in said)
    assert not any("not drawn" in line for line in said)


def test_files_repeat_byte_for_byte(runs: Path, tmp_path: Path) -> None:
    group = run_group_of(runs)
    for name in ("first", "second"):
        draw_styled(lambda: class_curves.draw(group), tmp_path / name)
    for suffix in ("png", "svg"):
        assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


def test_runs_of_another_size_are_left_out_and_named(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.record(runs, "ce", epochs=3)
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(runs), tmp_path / "out"))
    assert [line.split(" (")[0] for line in said] == ["cifar10/cpu: left out 1 run of other size or training"]


def test_a_full_disk_ends_the_command(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not passed over figure by figure, with exit code 0 at the end."""

    def full(self: Figure, target: Path, **_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(UserError, match=r"out=.*: must be a folder that can be written to: No space left on device"):
        list(draw_all(load_all(runs), tmp_path / "out"))
