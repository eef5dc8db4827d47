import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from sl.errors import UserError
from sl.noise import NoisyLabels, asymmetric, corrupt, symmetric

LABELS = torch.arange(20_000) % 10

# Fingerprints of the noisy labels of 1000 balanced examples at rate 0.4: the same on every machine and version.
GOLDEN = [
    ("symmetric", None, 0, True, "f382c5096b46c224"),
    ("symmetric", None, 1, True, "89f6031844a643b3"),
    ("symmetric", None, 0, False, "f91ac21b17bf9c87"),
    ("mnist", None, 0, True, "dce9e04aaee5c575"),
    ("cifar10", None, 0, True, "85406bc5ac0232de"),
    ("cifar100", "pairs", 0, True, "1d6de5ddaa3ee619"),
    ("cifar100", "cyclic", 0, True, "dca6aef3d69416f9"),
    ("cifar100", "superclass", 0, True, "e8276182301406c2"),
    ("cifar100", "superclass", 0, False, "8c6d7def20bd0c73"),
]


def moved_per_class(labels: torch.Tensor, noisy: torch.Tensor) -> list[int]:
    return [int((noisy[labels == label] != label).sum()) for label in labels.unique()]


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.4, 0.6, 1.0])
def test_exact_moves_the_same_share_of_every_class(rate: float) -> None:
    noisy = corrupt(LABELS, symmetric(10, rate), seed=0)
    assert noisy.dtype == torch.int64
    assert moved_per_class(LABELS, noisy) == [round(2000 * rate)] * 10


def test_exact_counts_follow_the_sizes_of_unequal_classes() -> None:
    labels = torch.tensor([0] * 7 + [1] * 500 + [2] * 33)
    noisy = corrupt(labels, symmetric(3, 0.4), seed=3)
    assert moved_per_class(labels, noisy) == [2, 200, 13]  # int(2.8), int(200.0), int(13.2)


@pytest.mark.parametrize("size", [1, 5, 10, 100, 5000, 5421, 6742])
def test_exact_counts_do_not_suffer_from_float_error(size: int) -> None:
    labels = torch.zeros(size, dtype=torch.int64)
    for percent in range(0, 101, 1):
        moved = corrupt(labels, symmetric(2, percent / 100), seed=0).sum().item()
        assert moved == math.floor(Fraction(percent, 100) * size), percent


def test_only_the_row_s_other_entries_are_drawn_in_their_proportion() -> None:
    transition = torch.tensor([[0.4, 0.0, 0.1, 0.5], *torch.eye(4)[1:].tolist()], dtype=torch.float64)
    labels = torch.zeros(50_000, dtype=torch.int64)
    for exact in (True, False):
        counts = torch.bincount(corrupt(labels, transition, 1, exact), minlength=4)
        assert counts[1] == 0
        drawn = counts[2:].numpy()
        assert stats.chisquare(drawn, drawn.sum() * np.array([1 / 6, 5 / 6])).pvalue > 1e-3


@pytest.mark.parametrize("exact", [True, False])
def test_never_the_own_class_where_all_must_move(exact: bool) -> None:
    noisy = corrupt(LABELS, symmetric(10, 1.0), seed=5, exact=exact)
    assert (noisy != LABELS).all()
    assert noisy.min() == 0
    assert noisy.max() == 9


def test_symmetric_targets_are_uniform_over_the_other_classes() -> None:
    noisy = corrupt(LABELS, symmetric(10, 0.4), seed=0)
    for label in range(10):
        counts = torch.bincount(noisy[(label == LABELS) & (noisy != label)], minlength=10).numpy()
        assert stats.chisquare(np.delete(counts, label)).pvalue > 1e-3


@pytest.mark.parametrize("rate", [0.2, 0.4, 0.6])
def test_drawn_one_by_one_the_rate_keeps_within_binomial_bounds(rate: float) -> None:
    moved = [
        count
        for seed in range(5)
        for count in moved_per_class(LABELS, corrupt(LABELS, symmetric(10, rate), seed, exact=False))
    ]
    low, high = stats.binom.interval(1 - 1e-5, 2000, rate)
    assert all(low <= count <= high for count in moved)
    assert len(set(moved)) > 10  # unlike exact counts


def test_seeds_differ_and_repeat() -> None:
    draws = [corrupt(LABELS, symmetric(10, 0.4), seed) for seed in (0, 1, 2, 0)]
    assert torch.equal(draws[0], draws[3])
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert (draws[first] != draws[second]).double().mean() > 0.4


@pytest.mark.parametrize("exact", [True, False])
def test_which_examples_move_is_independent_between_seeds(exact: bool) -> None:
    moved = [corrupt(LABELS, symmetric(10, 0.4), seed, exact) != LABELS for seed in range(4)]
    both = (moved[0] & moved[1]).double().mean().item()
    assert both == pytest.approx(0.16, abs=5 * math.sqrt(0.16 * 0.84 / len(LABELS)))


def test_no_global_random_state_is_read_or_changed() -> None:
    np.random.seed(1)
    torch.manual_seed(1)
    first = corrupt(LABELS, symmetric(10, 0.4), seed=0)
    after = np.random.random(), torch.rand(1).item()
    np.random.seed(1)
    torch.manual_seed(1)
    assert after == (np.random.random(), torch.rand(1).item())
    assert torch.equal(first, corrupt(LABELS, symmetric(10, 0.4), seed=0))


def test_the_clean_labels_stay_as_they_are() -> None:
    labels = LABELS.clone()
    corrupt(labels, symmetric(10, 0.6), seed=0)
    assert torch.equal(labels, LABELS)


def test_rows_that_miss_one_by_the_tolerance_are_drawn_without_harm() -> None:
    transition = torch.tensor([[1 + 5e-7, 4e-7], [0.0, 1 - 9e-7]], dtype=torch.float64)
    labels = torch.ones(1_200_000, dtype=torch.int64)
    labels[:10] = 0
    for exact in (True, False):
        assert torch.equal(corrupt(labels, transition, 0, exact), labels)


def test_no_labels_give_no_labels() -> None:
    assert len(corrupt(torch.empty(0, dtype=torch.int64), symmetric(3, 0.4), seed=0)) == 0


@pytest.mark.parametrize(("kind", "variant", "seed", "exact", "fingerprint"), GOLDEN)
def test_golden_fingerprints(kind: str, variant: str | None, seed: int, exact: bool, fingerprint: str) -> None:
    transition = symmetric(10, 0.4) if kind == "symmetric" else asymmetric(kind, 0.4, variant)
    labels = torch.arange(1000) % len(transition)
    noisy = corrupt(labels, transition, seed, exact)
    assert NoisyLabels(noisy, labels, transition).fingerprint == fingerprint


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (torch.tensor([0, 3]), r"labels\[1\]=3: must be in \[0, 3\), the number of a class"),
        (torch.tensor([-1, 2]), r"labels\[0\]=-1: must be in"),
        (
            torch.tensor([0.0, 1.0]),
            r"labels=torch.float32 of shape \(2,\): must be class numbers, whole, of shape \(N,\)$",
        ),
        (torch.tensor([[0, 1]]), r"labels=torch.int64 of shape \(1, 2\): must be class"),
        ([True, False], "labels=list: must hold real numbers: a tensor, a NumPy array or lists of equal length$"),
        (["cat", "dog"], "labels=list: must hold real numbers"),
        ("cat", "labels=cat: must hold real numbers"),
    ],
)
def test_unfit_labels_are_refused(labels: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        corrupt(labels, symmetric(3, 0.4), seed=0)


@pytest.mark.parametrize("kind", ["list", "numpy", "int32", "uint8 array", "read-only", "reversed twice"])
def test_labels_may_be_what_numpy_and_python_have(kind: str) -> None:
    labels = LABELS[:1000]
    array = labels.numpy().copy()
    given: Any = {
        "list": labels.tolist(),
        "numpy": array,
        "int32": labels.int(),
        "uint8 array": array.astype(np.uint8),
        "read-only": np.frombuffer(array.tobytes(), dtype=np.int64),
        "reversed twice": array[::-1].copy()[::-1],
    }[kind]
    noisy = corrupt(given, symmetric(10, 0.4), seed=0)
    assert noisy.dtype == torch.int64
    assert torch.equal(noisy, corrupt(labels, symmetric(10, 0.4), seed=0))


@pytest.mark.parametrize("kind", ["list", "numpy", "float32", "float32 array"])
def test_a_matrix_may_be_what_numpy_and_python_have(kind: str) -> None:
    matrix = torch.tensor([[0.75, 0.25, 0.0], [0.0, 0.5, 0.5], [0.125, 0.125, 0.75]], dtype=torch.float64)
    given: Any = {
        "list": matrix.tolist(),
        "numpy": matrix.numpy(),
        "float32": matrix.float(),
        "float32 array": matrix.float().numpy(),
    }[kind]
    labels = torch.arange(300) % 3
    assert torch.equal(corrupt(labels, given, seed=0), corrupt(labels, matrix, seed=0))


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        (
            [[0.5, 0.5], [1.0]],
            "^transition=list: must hold real numbers: a tensor, a NumPy array or lists of equal length$",
        ),
        (torch.eye(2, dtype=torch.complex64), "^transition=Tensor: must hold real numbers"),
        ({0: 1}, "^transition=dict: must hold real numbers"),
        (np.ones((2, 2)), "^transition: must have rows that sum to 1 within 1e-06, but row 0 sums to 2$"),
        (np.full((3, 3), 0.333, dtype=np.float32), "^transition: must have rows that sum to 1 within 1e-06"),
    ],
)
def test_unfit_matrices_are_refused(transition: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        corrupt([0, 1], transition, seed=0)


@pytest.mark.parametrize(("seed", "exact", "name"), [(-1, True, "seed"), (0.5, True, "seed"), (0, "no", "exact")])
def test_unfit_parameters_are_refused(seed: object, exact: object, name: str) -> None:
    with pytest.raises(UserError, match=f"^{name}="):
        corrupt(LABELS, symmetric(10, 0.4), seed, exact)
