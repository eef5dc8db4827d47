"""Where the estimate of the noise is wrong: the numbers of docs/use-in-your-project.md, computed anew."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sklearn.base import ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from sl.audit.estimate import estimate_noise
from sl.noise import asymmetric, corrupt

PAGE = Path(__file__).resolve().parents[2] / "docs" / "use-in-your-project.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (KNeighborsClassifier(20), "it was {:.0f} % for 20 nearest neighbours"),
        (RandomForestClassifier(100, random_state=0), ", {:.0f} % for a random forest"),
        (LogisticRegression(C=0.01, max_iter=300), "and {:.0f} % for a logistic regression"),
    ],
    ids=["neighbours", "forest", "regression"],
)
def test_a_model_that_reproduces_the_noise_hides_it(model: ClassifierMixin, said: str) -> None:
    pictures, right = load_digits(return_X_y=True)
    given = corrupt(right, asymmetric("mnist", 0.4), seed=0).numpy()
    guessed = cross_val_predict(model, pictures / 16, given, cv=5, method="predict_proba")
    found = estimate_noise(given, guessed, seed=0)
    assert np.mean(given != right) == pytest.approx(0.2, abs=0.005)
    assert said.format(100 * found.rate.value) in TEXT
    assert 22.5 < 100 * found.confident_rate < 25.5  # 23 to 25 %


def test_clean_labels_look_noisy_where_classes_overlap() -> None:
    """Two classes, the exact probability of each, and labels drawn from it: none is wrong."""
    random = np.random.default_rng(0)
    second = expit(1.45 * random.normal(size=4000))
    labels = (random.random(4000) < second).astype(np.int64)
    exact = np.stack([1 - second, second], axis=1)
    assert np.mean(exact.argmax(1) == labels) == pytest.approx(0.72, abs=0.01)
    found = 100 * estimate_noise(labels, exact, seed=0).rate.value
    assert f"predict 72 % of the labels rightly, it counted {found:.0f} % of clean labels as wrong" in TEXT
