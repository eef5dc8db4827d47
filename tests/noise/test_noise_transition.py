from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

from sl.errors import UserError
from sl.noise import asymmetric, symmetric
from sl.noise.maps import MAPS
from sl.noise.transition import empirical
from sl.transition_matrix import check_transition

MATRICES = {f"symmetric {k}": partial(symmetric, k) for k in (2, 10, 100)} | {
    f"{dataset} {variant}": partial(asymmetric, dataset, variant=variant)
    for dataset, maps in MAPS.items()
    for variant in maps
}


@pytest.mark.parametrize("build", MATRICES.values(), ids=MATRICES)
def test_every_matrix_is_row_stochastic_in_float64(build: Callable[[float], Tensor]) -> None:
    for rate in (0.0, 0.2, 0.3, 0.4, 0.6, 1.0):
        matrix = build(rate)
        check_transition(matrix, f"rate {rate}")
        torch.testing.assert_close(matrix.sum(1), torch.ones(len(matrix), dtype=torch.float64), rtol=0, atol=1e-12)
    assert torch.equal(build(0.0), torch.eye(len(matrix), dtype=torch.float64))


@pytest.mark.parametrize("num_classes", [2, 10, 100])
def test_symmetric_noise_spares_the_rest_and_spreads_the_rate_evenly(num_classes: int) -> None:
    matrix = symmetric(num_classes, 0.4)
    off_diagonal = matrix[~torch.eye(num_classes, dtype=torch.bool)]
    assert matrix.diagonal().tolist() == [0.6] * num_classes
    assert torch.allclose(off_diagonal, torch.full_like(off_diagonal, 0.4 / (num_classes - 1)), rtol=1e-15)


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan"), "banana", True])
def test_rates_outside_0_to_1_are_refused(rate: object) -> None:
    for build in (lambda: symmetric(10, rate), lambda: asymmetric("cifar10", rate)):
        with pytest.raises(UserError, match=rf"^rate={rate}: must be a number in \[0, 1\]$"):
            build()


def test_one_class_is_too_few() -> None:
    with pytest.raises(UserError, match="num_classes=1"):
        symmetric(1, 0.4)


def test_empirical_transition_counts_shares_of_rows() -> None:
    clean = torch.tensor([0, 0, 0, 0, 1, 2, 2])
    noisy = torch.tensor([0, 1, 1, 2, 1, 0, 2])
    expected = torch.tensor([[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0, 0.5]], dtype=torch.float64)
    assert torch.equal(empirical(clean, noisy, 3), expected)


def broken(row: int, entries: list[float]) -> torch.Tensor:
    matrix = torch.eye(2, dtype=torch.float64)
    matrix[row] = torch.tensor(entries, dtype=torch.float64)
    return matrix


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (torch.eye(2), r"must be \(K, K\) float64, not \(2, 2\) float32"),
        (torch.ones(2, 3, dtype=torch.float64) / 3, r"must be \(K, K\) float64, not \(2, 3\) float64"),
        (torch.ones(0, 0, dtype=torch.float64), r"must be \(K, K\) float64, not \(0, 0\) float64"),
        (torch.ones(2, dtype=torch.float64), r"must be \(K, K\) float64, not \(2,\) float64"),
        (broken(1, [-0.1, 1.1]), "must hold probabilities, but row 1 has the entry -0.1"),
        (broken(0, [float("nan"), 1.0]), "must hold probabilities, but row 0 has the entry nan"),
        (broken(0, [float("inf"), 0.0]), "must have rows that sum to 1 within 1e-06, but row 0 sums to inf"),
        (broken(1, [0.4, 0.599998]), "must have rows that sum to 1 within 1e-06, but row 1 sums to 0.999998"),
        (broken(1, [0.4, 0.600002]), "must have rows that sum to 1 within 1e-06, but row 1 sums to 1.000002"),
    ],
)
def test_what_is_not_a_transition_matrix_is_refused_in_one_line(matrix: Tensor, message: str) -> None:
    with pytest.raises(UserError, match=f"^mine: {message}") as error:
        check_transition(matrix, "mine")
    assert "\n" not in str(error.value)


def test_a_row_may_miss_one_by_the_tolerance() -> None:
    check_transition(broken(1, [0.4, 0.6000005]))


def test_a_class_that_does_not_occur_keeps_its_label() -> None:
    """A row of it that is not a number could be neither recorded nor corrected for."""
    found = empirical(torch.tensor([0, 0, 2]), torch.tensor([0, 2, 2]), 3)
    assert found.tolist() == [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
