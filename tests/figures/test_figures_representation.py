import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import run_group_of, texts

from sl.figures import draw_all, representation
from sl.figures.catalogue import FIGURES
from sl.record import Noise, load_all
from sl.separation import separation_of


def test_points_are_the_kept_images_and_numbers_are_measured_on_all_dimensions(full: Path) -> None:
    group = run_group_of(full)
    figure = representation.draw(group)
    for panel, loss in zip(figure.axes, ("ce", "sl"), strict=True):
        assert [len(line.get_xdata()) for line in panel.lines if line.get_marker() == "o"] == [20] * 10
        assert {text.get_text() for text in panel.texts} == set(synthetic.CIFAR10)
        measured = [separation_of(run) for run in group.series(loss, Noise("symmetric", 0.4)).runs]
        values = np.array([(found.silhouette, 100 * found.neighbours) for found in measured])
        words = f"silhouette {values[:, 0].mean():.3f} ± {values[:, 0].std(ddof=1):.3f}\n"
        words += f"10-NN accuracy {values[:, 1].mean():.1f} ± {values[:, 1].std(ddof=1):.1f} %\nn = 2"
        assert panel.get_xlabel() == words.replace("-0", "−0")
    assert "Drawn: 200 test images, spread over the classes, of the lowest seed." in texts(figure).replace("\n", " ")
    assert "in all 8 dimensions" in texts(figure).replace("\n", " ")


def test_embedding_keeps_separate_clouds_apart_and_repeats() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(60) % 2
    features = (20.0 * labels[:, None] + random.normal(size=(60, 5))).astype(np.float32)
    points = representation.embed(features)
    middles = np.array([points[labels == label].mean(0) for label in (0, 1)])
    distances = np.linalg.norm(points[:, None] - middles, axis=2)
    assert (distances.argmin(1) == labels).all()
    assert np.array_equal(points, representation.embed(features))


def test_runs_without_representations_are_left_out(runs: Path) -> None:
    assert representation.draw(run_group_of(runs)) is None
    synthetic.representations(synthetic.record(runs, "sl", seed=0), 0.3)
    figure = representation.draw(run_group_of(runs))
    assert [panel.get_xlabel().split("\n")[-1] for panel in figure.axes] == ["n = 1"]


def test_names_of_classes_do_not_cover_each_other(full: Path) -> None:
    figure = representation.draw(run_group_of(full))
    figure.draw_without_rendering()
    for panel in figure.axes:
        boxes = [text.get_window_extent() for text in panel.texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_damaged_representations_are_one_notice(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = synthetic.record(runs, "sl", seed=0).with_suffix(".npz")
    path.write_bytes(b"PK damaged")
    for name in set(FIGURES) - {"representation", "confusion"}:
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(runs), tmp_path / "out"))
    assert sum(path.name in line for line in said) == 1
    assert (tmp_path / "out" / "cifar10" / "cpu" / "confusion.png").is_file()


DRAW_TWO = """
from pathlib import Path
from sl.figures import catalogue
from sl.record import load_all
catalogue.FIGURES = {name: catalogue.FIGURES[name] for name in ("representation", "confusion")}
list(catalogue.draw_all(load_all(Path("runs")), Path("out")))
"""


@pytest.mark.parametrize("features", [np.full((200, 8), 0.1), np.arange(200.0)[:, None]], ids=["constant", "narrow"])
def test_what_t_sne_cannot_draw_costs_no_other_figure(tmp_path: Path, features: np.ndarray) -> None:
    """In a process of its own: scikit-learn would end it on a constant representation."""
    archive = synthetic.record(tmp_path / "runs", "sl").with_suffix(".npz")
    np.savez(archive, representation=features.astype(np.float16), labels=np.arange(200) % 10)
    done = subprocess.run([sys.executable, "-c", DRAW_TWO], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    drawn = {path.stem for path in (tmp_path / "out" / "cifar10" / "cpu").iterdir()}
    assert drawn == {"representation", "confusion"}
    (panel,) = representation.draw(run_group_of(tmp_path / "runs")).axes
    assert [text.get_text() for text in panel.texts] == [representation.NOT_DRAWABLE]
    assert panel.get_xlabel().startswith("silhouette ")


def test_a_representation_that_is_not_finite_is_left_out(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, value in enumerate((1.0, np.inf)):
        path = synthetic.record(runs, "sl", seed=seed).with_suffix(".npz")
        features = np.random.default_rng(seed).normal(size=(200, 8))
        features[0, 0] = value
        np.savez(path, representation=features.astype(np.float16), labels=np.arange(200) % 10)
    (panel,) = representation.draw(run_group_of(runs)).axes
    assert panel.get_xlabel().endswith("\nn = 1")
    assert capsys.readouterr().err.startswith(f"sl: {path}: left out: a representation is not finite")
