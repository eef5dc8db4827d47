import torch
from sklearn.datasets import load_digits

from sl.data import Digits


def test_holds_every_digit_of_scikit_learn_once() -> None:
    data = Digits().load()
    source = load_digits()
    found = torch.cat([data.train_images, data.test_images]).flatten(1)
    expected = torch.tensor([[round(value / 16 * 255) for value in image] for image in source.data.tolist()])
    assert found.dtype == torch.uint8
    assert sorted(found.tolist()) == sorted(expected.tolist())
    assert int(found.max()) == 255
    assert data.image_shape == (1, 8, 8)


def test_labels_belong_to_their_images() -> None:
    data = Digits().load()
    source = load_digits()
    scaled = (source.data / 16 * 255).round().astype(int).tolist()
    label_of = dict(zip(map(tuple, scaled), source.target.tolist(), strict=True))
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        assert [label_of[tuple(image)] for image in images.flatten(1).tolist()] == labels.tolist()


def test_a_fifth_of_every_class_is_for_testing() -> None:
    data = Digits().load()
    train, test = torch.bincount(data.train_labels), torch.bincount(data.test_labels)
    assert (train + test).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as scikit-learn documents
    assert ((test - 0.2 * (train + test)).abs() <= 0.5).all()
    assert data.train_labels.dtype == torch.int64
    assert torch.equal(data.train_index, torch.arange(len(data.train_labels)))
    assert data.class_names == tuple("0123456789")


def test_the_split_is_the_same_everywhere() -> None:
    assert Digits().fingerprint() == "e23928efab9847b5"
