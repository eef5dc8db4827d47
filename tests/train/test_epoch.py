"""What a record says of a network, against what scikit-learn counts of its predictions."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from recorded import NOISY
from sklearn.metrics import accuracy_score

from sl.train.engine import make_engine, nothing
from sl.train.epoch import learning_rates, look_closely, train_one_epoch, training_shares
from sl.train.prepared import PreparedRun


def test_a_probe_says_what_the_network_predicts(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared(*NOISY, "probe.label=7")
    engine = make_engine(prepared)
    _, confusion = train_one_epoch(engine, prepared.plan, 0, 1)
    probe = look_closely(engine, prepared.probe_set, "early", 1, confusion, nothing)
    logits = engine.predict(engine.data.images)
    guess, noisy, clean = logits.argmax(1), prepared.noisy.labels, prepared.noisy.clean
    right, wrong = noisy == clean, noisy != clean
    rows = [row for row in range(len(noisy)) if clean[row] == noisy[row] == 7]
    assert probe.count == len(rows) > 0
    assert probe.confidence == pytest.approx(logits[rows].softmax(1).mean(0).tolist(), abs=1e-5)
    assert probe.predictions == guess[rows].bincount(minlength=10).tolist()
    shares = probe.training
    assert shares is not None
    assert shares.noisy_accuracy == pytest.approx(accuracy_score(noisy, guess))
    assert shares.clean_accuracy == pytest.approx(accuracy_score(clean, guess))
    assert shares.right_accuracy == pytest.approx(accuracy_score(noisy[right], guess[right]))
    assert shares.wrong_memorised == pytest.approx(accuracy_score(noisy[wrong], guess[wrong]))
    assert shares.wrong_corrected == pytest.approx(accuracy_score(clean[wrong], guess[wrong]))
    assert shares.wrong_corrected != shares.wrong_memorised


def test_a_probe_says_it_of_each_true_class(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared(*NOISY)
    engine = make_engine(prepared)
    _, confusion = train_one_epoch(engine, prepared.plan, 0, 1)
    prepared.noisy.clean[prepared.noisy.clean == 9] = 8  # no image of class 9
    engine.data.clean.copy_(prepared.noisy.clean)
    found = look_closely(engine, prepared.probe_set, "late", 1, confusion, nothing).training_by_class
    guess, noisy, clean = engine.predict(engine.data.images).argmax(1), prepared.noisy.labels, prepared.noisy.clean
    assert found is not None
    assert found[9] is None
    for label, shares in enumerate(found[:9]):
        wrong = (clean == label) & (noisy != label)
        right = (clean == label) & (noisy == label)
        assert shares is not None
        assert shares.wrong_memorised == pytest.approx(accuracy_score(noisy[wrong], guess[wrong]))
        assert shares.wrong_corrected == pytest.approx(accuracy_score(clean[wrong], guess[wrong]))
        assert shares.right_accuracy == pytest.approx(accuracy_score(noisy[right], guess[right]))
    engine.data.truth_known = False
    assert look_closely(engine, prepared.probe_set, "late", 1, confusion, nothing).training_by_class is None


def test_shares_of_sixty_right_and_forty_wrong_labels() -> None:
    shares = training_shares([60, 50, 40, 30, 5], truth_known=True)
    assert (shares.noisy_accuracy, shares.clean_accuracy) == (0.8, 0.55)
    assert (shares.right_accuracy, shares.wrong_memorised, shares.wrong_corrected) == (50 / 60, 0.75, 0.125)


def test_validation_accuracy_is_that_of_the_held_out_labels(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared(*NOISY, "holdout=0.25")
    engine = make_engine(prepared)
    for epoch in (1, 2):
        line, _ = train_one_epoch(engine, prepared.plan, 0, epoch)
    assert prepared.validation is not None
    expected = accuracy_score(prepared.validation.labels, engine.predict(prepared.validation.images).argmax(1))
    assert line.validation_accuracy == pytest.approx(expected)
    assert expected < 0.45  # no more right than wrong, so that the share of mistakes is another number


def test_each_epoch_has_its_own_rates_and_records_the_first(make_prepared: Callable[..., PreparedRun]) -> None:
    """Half a cosine over the epochs, times Keras' 1 / (1 + decay * t) after t of the full run's steps."""
    prepared = make_prepared("recipe.lr=0.3", "recipe.schedule=cosine", "recipe.lr_decay=0.01")
    engine, plan, per_epoch = make_engine(prepared), prepared.plan, prepared.plan.steps_per_epoch
    steps = np.arange(plan.epochs * per_epoch)
    cosine = (1 + np.cos(np.pi * (steps // per_epoch) / plan.epochs)) / 2
    expected = 0.3 * cosine / (1 + 0.01 * steps * plan.paper_steps / plan.steps)
    found = torch.cat([learning_rates(engine, plan, epoch) for epoch in range(1, plan.epochs + 1)])
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    line, _ = train_one_epoch(engine, plan, 0, 2)
    assert line.lr == pytest.approx(expected[per_epoch], rel=1e-6)
