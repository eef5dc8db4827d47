from pathlib import Path

import numpy as np
import pytest
import synthetic
from sklearn.model_selection import StratifiedKFold

from sl.errors import UserError
from sl.record import read
from sl.record.representation import read_representation
from sl.separation import separation, separation_of


def clouds(distance: float, size: int = 40, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), size)
    return (random.normal(size=(len(labels), 8)) + distance * np.eye(8)[labels]).astype(np.float32), labels


def silhouette(features: np.ndarray, labels: np.ndarray) -> float:
    """Rousseeuw's definition, written out."""
    far = np.sqrt(((features[:, None] - features[None]) ** 2).sum(-1, dtype=np.float64))
    widths = []
    for i, label in enumerate(labels):
        own = labels == label
        inside = far[i, own].sum() / (own.sum() - 1)
        outside = min(far[i, labels == other].mean() for other in set(labels.tolist()) - {label})
        widths.append((outside - inside) / max(inside, outside))
    return float(np.mean(widths))


def neighbours(features: np.ndarray, labels: np.ndarray) -> float:
    """The share of images whose label most of the ten nearest images of the other folds have, counted by hand."""
    shares = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(features, labels):
        far = ((features[test][:, None] - features[train][None]) ** 2).sum(-1)
        votes = labels[train][far.argsort(axis=1)[:, :10]]
        shares.append(np.mean([np.bincount(line).argmax() for line in votes] == labels[test]))
    return float(np.mean(shares))


def test_both_numbers_are_as_defined() -> None:
    """At several distances: with other folds the accuracies would hardly be the same at all of them."""
    for distance in (0.5, 1.0, 1.5, 2.0):
        features, labels = clouds(distance)
        found = separation(features, labels)
        assert found.silhouette == pytest.approx(silhouette(features, labels), abs=1e-4)
        assert found.neighbours == pytest.approx(neighbours(features, labels))


def test_from_chance_to_perfect() -> None:
    found = [separation(*clouds(distance)) for distance in (0.0, 2.0, 30.0)]
    assert found[0].neighbours == pytest.approx(0.25, abs=0.12)
    assert found[2].neighbours == 1
    for values in ([part.silhouette for part in found], [part.neighbours for part in found]):
        assert values == sorted(values)


def test_scale_does_not_matter() -> None:
    features, labels = clouds(2.0)
    assert separation(8 * features, labels).silhouette == pytest.approx(separation(features, labels).silhouette)


def test_too_few_examples() -> None:
    with pytest.raises(UserError, match="at least two classes with 5 examples each"):
        separation(np.zeros((8, 2), np.float32), np.repeat([0, 1], 4))


@pytest.mark.parametrize("sizes", [(5, 5), (6, 5), (6, 6)])
def test_a_fold_leaves_fewer_examples_than_neighbours(sizes: tuple[int, int]) -> None:
    labels = np.repeat([0, 1], sizes)
    with pytest.raises(UserError, match="and 10 examples outside each fold"):
        separation(np.zeros((len(labels), 2), np.float32), labels)


def test_as_few_examples_as_can_be_measured() -> None:
    features, labels = clouds(30.0, 13, 1)
    features[5:] += 100
    labels[5:] = 1
    assert separation(features, labels).neighbours > 0.5


def test_what_a_run_kept(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    run = read(path)
    assert read_representation(run) is None
    assert separation_of(run) is None
    features, labels = clouds(2.0)
    np.savez_compressed(path.with_suffix(".npz"), representation=features.astype(np.float16), labels=labels)
    run = read(path)
    assert separation_of(run).silhouette == pytest.approx(separation(features, labels).silhouette, abs=1e-3)
    np.savez_compressed(path.with_suffix(".npz"), representation=features[:3], labels=labels[:3])
    assert separation_of(read(path)) is None
    path.with_suffix(".npz").write_bytes(b"no archive")
    with pytest.raises(UserError, match="not readable as representations"):
        separation_of(read(path))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, -1e30])
def test_what_is_not_finite_cannot_be_measured_and_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: float
) -> None:
    path = synthetic.record(tmp_path)
    features, labels = clouds(2.0)
    features[3, 1] = value
    np.savez_compressed(path.with_suffix(".npz"), representation=features, labels=labels)
    assert separation_of(read(path)) is None
    assert separation_of(read(path)) is None
    told = f"sl: {path.with_suffix('.npz')}: left out: a representation is not finite or beyond 1e+15\n"
    assert capsys.readouterr().err == told


def test_large_numbers_are_measured(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    features, labels = clouds(2.0)
    np.savez_compressed(path.with_suffix(".npz"), representation=features * np.float32(1e14), labels=labels)
    assert separation_of(read(path)).silhouette == pytest.approx(silhouette(features, labels), abs=1e-4)


@pytest.mark.parametrize(("shape", "labels"), [((40, 0), 40), ((40,), 40), ((40, 3), 39)])
def test_an_archive_whose_shapes_do_not_fit_is_damaged(tmp_path: Path, shape: tuple[int, ...], labels: int) -> None:
    path = synthetic.record(tmp_path)
    np.savez(path.with_suffix(".npz"), representation=np.ones(shape), labels=np.arange(labels) % 2)
    with pytest.raises(UserError, match="not readable as representations"):
        separation_of(read(path))
