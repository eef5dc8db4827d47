import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import accuracies, sheet_of, texts
from matplotlib.image import AxesImage

from sl.errors import UserError
from sl.figures import class_comparison, class_confidence, class_curves, draw_all, memorisation, stage_bars, transition
from sl.figures.build import FIGURES
from sl.figures.panels import spread_labels
from sl.figures.style import draw_styled
from sl.record import load_all

ROOT = Path(__file__).parents[2]
SCALED = "scaled-down run: 5,000 of 50,000 training and 2,000 (20 % of the) test images, 12 of 120 epochs"


def test_class_curves_draw_what_the_record_holds(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", seed=0)
    figure = class_curves.draw(sheet_of(tmp_path))
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    expected = accuracies("ce", [0])[0]
    for index, name in enumerate(synthetic.CIFAR10):
        assert np.allclose(lines[name].get_ydata(), expected[:, index])
        assert np.array_equal(lines[name].get_xdata(), np.arange(1, 13))
    assert np.allclose(lines["mean of the classes"].get_ydata(), expected.mean(1))


def test_class_curves_of_several_seeds_are_means_with_a_band(runs: Path) -> None:
    figure = class_curves.draw(sheet_of(runs))
    expected = accuracies("sl", [0, 1])
    panel = figure.axes[4]
    line = next(line for line in panel.lines if line.get_label() == "cat")
    assert np.allclose(line.get_ydata(), expected.mean(0)[:, 3])
    band = panel.collections[3].get_paths()[0].vertices[:, 1]
    assert band.max() >= (expected.mean(0) + expected.std(0, ddof=1))[-1, 3] - 1e-9
    assert "n = 2" in panel.get_title(loc="left")


def test_spread_is_best_minus_worst(runs: Path) -> None:
    panel = class_curves.draw(sheet_of(runs)).axes[5]
    line = next(line for line in panel.lines if line.get_label() == "ce symmetric 40 %")
    expected = accuracies("ce", [0, 1])
    assert np.allclose(line.get_ydata(), (expected.max(2) - expected.min(2)).mean(0))


def test_missing_panels_say_so_and_unfinished_runs_are_not_drawn(runs: Path) -> None:
    record = synthetic.lines(synthetic.header("lsr"))
    synthetic.write(runs, record[:4])
    figure = class_curves.draw(sheet_of(runs))
    clean, unfinished = (figure.axes[place].texts[0].get_text() for place in (0, 2))
    assert clean == "no run recorded yet"
    assert unfinished == "no finished run yet\n(begun: epoch 2 of 12)"
    assert not figure.axes[2].lines


def test_stage_bars_are_the_accuracies_of_the_stage_epochs(runs: Path) -> None:
    panel = stage_bars.draw(sheet_of(runs)).axes[1]
    heights = np.array([bar.get_height() for bar in panel.patches]).reshape(3, 10)
    assert np.allclose(heights, accuracies("ce", [0, 1]).mean(0)[[0, 5, 9]])
    assert panel.get_legend() is None
    assert "early / middle / late" in texts(stage_bars.draw(sheet_of(runs)))


def test_class_confidence_shows_the_probes(runs: Path) -> None:
    figure = class_confidence.draw(sheet_of(runs))
    records = [synthetic.lines(synthetic.header("sl", seed=seed)) for seed in (0, 1)]
    late = [next(line for line in record if line.get("stage") == "late") for record in records]
    for place, expected in (
        (1, [100 * np.array(line["confidence"]) for line in late]),
        (3, [100 * np.array(line["predictions"]) / 300 for line in late]),
    ):
        heights = [bar.get_height() for bar in figure.axes[place].patches[20:30]]
        assert np.allclose(heights, np.mean(expected, axis=0))
    assert "class 3 cat" in figure.get_suptitle()


def test_class_comparison_prefers_60_percent_and_pairs_by_seed(runs: Path) -> None:
    at_40 = class_comparison.draw(sheet_of(runs))
    assert "symmetric 40 %" in at_40.get_suptitle()
    assert "The paper compares at 60 %" in texts(at_40)
    for loss, seeds in (("ce", (0, 1, 2)), ("sl", (1, 2, 3))):
        for seed in seeds:
            synthetic.record(runs, loss, rate=0.6, seed=seed)
    figure = class_comparison.draw(sheet_of(runs))
    assert "symmetric 60 %" in figure.get_suptitle()
    gain = accuracies("sl", [1, 2], rate=0.6)[:, -1] - accuracies("ce", [1, 2], rate=0.6)[:, -1]
    assert np.allclose([bar.get_height() for bar in figure.axes[1].patches], gain.mean(0))
    assert "n = 2" in figure.axes[1].get_title(loc="left")


def test_memorisation_draws_the_training_shares(runs: Path) -> None:
    axes = memorisation.draw(sheet_of(runs)).axes
    record = synthetic.lines(synthetic.header("ce"))
    for panel, metric in zip(axes, ("right_accuracy", "wrong_memorised", "wrong_corrected"), strict=True):
        line = next(line for line in panel.lines if line.get_label() == "CE")
        assert np.allclose(line.get_ydata(), [100 * line[metric] for line in record if line["kind"] == "epoch"])


def test_transition_shows_the_matrix(runs: Path) -> None:
    figure = transition.draw(sheet_of(runs))
    image = next(child for child in figure.axes[0].get_children() if isinstance(child, AxesImage))
    assert np.allclose(np.diag(image.get_array()), 0.6)
    assert "40.0 % of all labels wrong" in figure.axes[0].get_title(loc="left")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_states_scale_and_origin(full: Path, name: str) -> None:
    footer = texts(FIGURES[name](sheet_of(full))).replace("\n", " ")
    for part in ("CIFAR-10", SCALED, "recipe authors_code", "(0, 1)", "cpu: invented, 1 thread", "commit 0123456"):
        assert part in footer


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_without_its_runs(tmp_path: Path, name: str) -> None:
    synthetic.record(tmp_path, "mae", "none")
    assert FIGURES[name](sheet_of(tmp_path)) is None


def test_labels_keep_their_distance_and_order() -> None:
    heights = [0.2, 0.21, 0.22, 0.99, 1.0]
    placed = spread_labels(heights, 0.1, 0, 1)
    assert (np.diff(placed) >= 0.1 - 1e-12).all()
    assert placed.min() >= 0
    assert placed.max() <= 1 + 1e-12
    assert placed[:3].mean() == pytest.approx(0.21)


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


def test_files_repeat_byte_for_byte(runs: Path, tmp_path: Path) -> None:
    sheet = sheet_of(runs)
    for name in ("first", "second"):
        draw_styled(lambda: class_curves.draw(sheet), tmp_path / name)
    for suffix in ("png", "svg"):
        assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


def test_runs_of_another_size_are_left_out_and_named(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.record(runs, "ce", epochs=3)
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(runs), tmp_path / "out"))
    assert [line.split(" (")[0] for line in said] == ["cifar10/cpu: left out 1 run(s) of other size or training"]


def test_out_that_cannot_be_written(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="out="):
        list(draw_all(load_all(runs), tmp_path / "file"))


@pytest.mark.parametrize("script", ["figures", "tables"])
def test_scripts_say_what_is_missing_and_refuse_wrong_paths(tmp_path: Path, script: str) -> None:
    (tmp_path / "runs").mkdir()
    for runs, code in ((tmp_path / "runs", 0), (tmp_path / "nowhere", 2)):
        command = [sys.executable, f"scripts/{script}.py", "--runs", str(runs), "--out", str(tmp_path / "out")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
        assert done.returncode == code
        assert len((done.stdout + done.stderr).splitlines()) == 1
