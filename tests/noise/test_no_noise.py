from dataclasses import replace

import torch
from labelled import balanced

from sl.noise import NoNoise


def test_every_label_stays() -> None:
    dataset = balanced()
    noise = NoNoise().apply(dataset, seed=0)
    assert torch.equal(noise.labels, dataset.train_labels)
    assert torch.equal(noise.clean, dataset.train_labels)
    assert torch.equal(noise.transition, torch.eye(10, dtype=torch.float64))
    assert noise.realised_rate == 0.0


def test_of_labels_as_given_nobody_knows_how_many_are_wrong() -> None:
    noise = NoNoise().apply(replace(balanced(), labels_given=True), seed=0)
    assert noise.realised_rate is None
    assert torch.equal(noise.labels, balanced().train_labels)


def test_the_labels_are_a_copy() -> None:
    dataset = balanced()
    assert NoNoise().apply(dataset, seed=0).labels.data_ptr() != dataset.train_labels.data_ptr()
