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


def test_the_labels_are_a_copy() -> None:
    dataset = balanced()
    assert NoNoise().apply(dataset, seed=0).labels.data_ptr() != dataset.train_labels.data_ptr()
