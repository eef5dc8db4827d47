"""What the estimate of the noise takes in place of arrays, and what it refuses in one line."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sklearn.linear_model import LogisticRegression

from sl.audit.estimate import NoiseEstimate, estimate_noise
from sl.errors import UserError

ROWS, CLASSES = 120, 3


def given() -> tuple[np.ndarray, np.ndarray]:
    """Labels of which every fifth is wrong, and predictions of the true class."""
    true = np.arange(ROWS) % CLASSES
    labels = np.where(np.arange(ROWS) % 5 == 0, (true + 1) % CLASSES, true)
    probabilities = np.random.default_rng(0).dirichlet(np.ones(CLASSES), ROWS)
    return labels, 0.2 * probabilities + 0.8 * np.eye(CLASSES)[true]


def assert_same(found: NoiseEstimate, expected: NoiseEstimate) -> None:
    assert found.rate == expected.rate
    assert found.by_label == expected.by_label
    np.testing.assert_array_equal(found.wrong, expected.wrong)


@pytest.fixture(scope="module")
def expected() -> NoiseEstimate:
    return estimate_noise(*given(), seed=0)


KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "tensors": torch.as_tensor,
    "lists": np.ndarray.tolist,
    "tables": lambda values: pd.DataFrame(values) if values.ndim == 2 else pd.Series(values),
    "part of a graph": lambda values: torch.as_tensor(values).requires_grad_(values.dtype.kind == "f"),
    "narrow": lambda values: values.astype(np.int8 if values.dtype.kind == "i" else values.dtype),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimate_does_not_depend_on_the_container(kind: str, expected: NoiseEstimate) -> None:
    labels, probabilities = map(KINDS[kind], given())
    assert_same(estimate_noise(labels, probabilities, seed=0), expected)


def test_rows_are_matched_by_position_and_not_by_a_table_s_index(expected: NoiseEstimate) -> None:
    """train_test_split leaves such an index; the resamples used to look labels up in it."""
    labels, probabilities = given()
    index = np.random.default_rng(1).permutation(ROWS)
    shuffled = pd.Series(labels, index=index), pd.DataFrame(probabilities, index=index[::-1])
    assert_same(estimate_noise(*shuffled, seed=0), expected)


def test_single_and_half_precision_are_enough(expected: NoiseEstimate) -> None:
    labels, probabilities = given()
    for dtype, tolerance in ((torch.float32, 1e-5), (torch.bfloat16, 0.02)):
        found = estimate_noise(labels, torch.as_tensor(probabilities).to(dtype), seed=0)
        assert found.rate.value == pytest.approx(expected.rate.value, abs=tolerance)


def changed(values: np.ndarray, place: Any, value: float) -> np.ndarray:
    values = values.copy()
    values[place] = value
    return values


PROBABILITY = "must be a probability; apply softmax to logits, exp to log-probabilities"
NUMBERS = "must hold real numbers: a tensor, a NumPy array or lists of equal length"

NUMBERED = r"numpy\.unique\(labels, return_inverse=True\)\[1\] numbers them in sorted order, that of predict_proba"


@pytest.mark.parametrize(
    ("labels", "probabilities", "line"),
    [
        (None, np.log, rf"probabilities\[0, 0\]=-\d.*: {PROBABILITY}"),
        (None, lambda p: np.log(p) + 20, r"probabilities: must have rows that sum to 1 within 0.01, but row 0 sums to"),
        (None, lambda p: 100 * p, r"probabilities: must have rows that sum to 1 within 0.01, but row 0 sums to 100$"),
        (
            None,
            lambda p: 1.011 * p,
            r"probabilities: must have rows that sum to 1 within 0.01, but row 0 sums to 1.011$",
        ),
        (None, lambda p: changed(p, (7, 2), np.nan), rf"probabilities\[7, 2\]=nan: {PROBABILITY}"),
        (None, lambda p: changed(p, (7, 2), np.inf), "probabilities: .* row 7 sums to inf$"),
        (None, lambda p: p[:, 0], r"probabilities=torch.float64 of shape \(120,\): must be of shape \(N, K\), N at"),
        (
            None,
            lambda p: p[:, :1],
            r"probabilities=.* of shape \(120, 1\): must be of shape \(N, K\), N at least 2 and",
        ),
        (None, lambda p: p[:0], r"probabilities=.* of shape \(0, 3\): must be of shape \(N, K\), N at least 2 and K"),
        (None, lambda p: p[:1], r"probabilities=.* of shape \(1, 3\): must be of shape \(N, K\), N at least 2 and K"),
        (None, lambda p: np.full_like(p, 1 / 3), "probabilities: must differ from row to row; a model that predicts"),
        (None, lambda p: p[:1].repeat(ROWS, 0), "probabilities: must differ from row to row; a model that predicts"),
        (None, lambda p: p.astype(str), f"probabilities=ndarray: {NUMBERS}$"),
        (lambda y: changed(y, 11, -1), None, r"labels\[11\]=-1: must be in \[0, 3\), the number of a class$"),
        (lambda y: y + 1, None, r"labels\[\d\]=3: must be in \[0, 3\), the number of a class$"),
        (lambda y: y[:-1], None, "labels=119 examples: must be 120, one for each row of probabilities$"),
        (lambda y: y.astype(float), None, r"labels=torch.float64 of shape \(120,\): must be class numbers, whole, of"),
        (lambda y: np.array(["cat", "dog", "emu"])[y], None, f"labels=ndarray: {NUMBERS}; {NUMBERED}$"),
        (lambda y: np.array(["cat", "dog", "emu"])[y].tolist(), None, f"labels=list: {NUMBERS}; {NUMBERED}$"),
        (lambda y: pd.Series(["cat", "dog", "emu"])[y], None, f"labels=Series: {NUMBERS}; {NUMBERED}$"),
    ],
)
def test_what_is_no_label_or_no_probability_is_said_in_one_line(labels: Any, probabilities: Any, line: str) -> None:
    y, p = given()
    with pytest.raises(UserError, match=f"^{line}") as error:
        estimate_noise(labels(y) if labels else y, probabilities(p) if probabilities else p, seed=0)
    assert "\n" not in str(error.value)


def test_text_numbered_as_the_message_says_is_in_the_order_of_predict_proba() -> None:
    rows, names = np.random.default_rng(0).normal(size=(90, 2)), np.array(["emu", "cat", "dog"] * 30)
    model = LogisticRegression().fit(rows, names)
    assert (model.classes_[np.unique(names, return_inverse=True)[1]] == names).all()


def test_the_seed_is_0_by_default(expected: NoiseEstimate) -> None:
    assert_same(estimate_noise(*given()), expected)
    other = estimate_noise(*given(), seed=1).rate
    assert other.value == expected.rate.value
    assert (other.low, other.high) != (expected.rate.low, expected.rate.high)  # it draws the resamples


@pytest.mark.parametrize("seed", [-1, None, 0.5])
def test_an_unfit_seed(seed: Any) -> None:
    with pytest.raises(UserError, match=r"^seed="):
        estimate_noise(*given(), seed=seed)
