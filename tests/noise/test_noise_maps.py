from typing import Any

import numpy as np
import pytest

from sl.errors import UserError
from sl.noise import asymmetric
from sl.noise.maps import AUTHORS_PAIRS, MAPS, published_map

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def test_mnist_map_as_published() -> None:
    assert sorted(published_map("mnist").items()) == [(2, 7), (3, 8), (5, 6), (6, 5), (7, 1)]


def test_cifar10_map_as_published() -> None:
    named = {CIFAR10_CLASSES[source]: CIFAR10_CLASSES[target] for source, target in published_map("cifar10").items()}
    assert named == {"truck": "automobile", "bird": "airplane", "deer": "horse", "cat": "dog", "dog": "cat"}


def test_cifar100_pairs_are_those_of_the_authors_seed() -> None:
    # RandomState is numpy's frozen legacy generator; the authors' module sets seed 123 before it draws the pairs.
    random = np.random.RandomState(123)
    drawn = [tuple(random.choice(range(5), size=2, replace=False).tolist()) for _ in range(20)]
    assert list(AUTHORS_PAIRS) == drawn


def test_cifar100_pairs_swap_two_classes_of_each_block() -> None:
    pairs = published_map("cifar100", "pairs")
    assert len(pairs) == 40
    assert all(pairs[target] == source and source // 5 == target // 5 for source, target in pairs.items())
    assert {source // 5 for source in pairs} == set(range(20))
    assert published_map("cifar100") == pairs


def test_cifar100_cyclic_goes_round_each_block() -> None:
    cyclic = published_map("cifar100", "cyclic")
    assert [cyclic[label] for label in range(10)] == [1, 2, 3, 4, 0, 6, 7, 8, 9, 5]
    assert sorted(cyclic) == sorted(cyclic.values()) == list(range(100))


def test_cifar100_superclass_goes_round_five_classes() -> None:
    following = published_map("cifar100", "superclass")
    assert sorted(following) == sorted(following.values()) == list(range(100))
    for start in range(100):
        round_trip = [start]
        for _ in range(5):
            round_trip.append(following[round_trip[-1]])
        assert round_trip[5] == start
        assert len(set(round_trip)) == 5


RULE = "must be one of mnist, cifar10, cifar100; for other data give `corrupt` a (K, K) matrix of your own"


@pytest.mark.parametrize(
    ("dataset", "variant", "line"),
    [
        ("wine", None, f"dataset=wine: {RULE}"),
        ({7: 1}, None, f"dataset={{7: 1}}: {RULE}"),
        ("mnist", "cyclic", "variant=cyclic: must be one of published on dataset=mnist"),
        ("mnist", {7: 1}, "variant={7: 1}: must be one of published on dataset=mnist"),
    ],
)
def test_a_map_that_is_not_published_is_refused_in_words_for_python(dataset: Any, variant: Any, line: str) -> None:
    with pytest.raises(UserError) as error:
        asymmetric(dataset, 0.4, variant)
    assert str(error.value) == line


@pytest.mark.parametrize(("dataset", "variant"), [(d, v) for d, maps in MAPS.items() for v in maps])
def test_no_map_leads_to_its_own_class(dataset: str, variant: str | None) -> None:
    assert all(source != target for source, target in published_map(dataset, variant).items())
