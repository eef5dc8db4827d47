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
    assert "the first 200 test images" in texts(figure)
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
