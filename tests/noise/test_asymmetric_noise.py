from typing import Any

import pytest
import torch
from labelled import balanced

from sl.asymmetric_variants import ONLY, variant_of
from sl.errors import UserError
from sl.noise import Asymmetric, asymmetric
from sl.noise.maps import MAPS, published_map

CASES = [(dataset, variant) for dataset, maps in MAPS.items() for variant in maps]


@pytest.mark.parametrize(("name", "variant"), CASES)
@pytest.mark.parametrize("rate", [0.2, 0.3, 0.4])
def test_a_share_of_each_source_class_moves_along_the_map(name: str, variant: str | None, rate: float) -> None:
    dataset = balanced(name, 100 if name == "cifar100" else 10)
    noise = Asymmetric(rate, variant).apply(dataset, seed=0)
    label_map = MAPS[name][variant]
    for label in range(dataset.num_classes):
        counts = torch.bincount(noise.labels[dataset.train_labels == label], minlength=dataset.num_classes)
        expected = torch.zeros_like(counts)
        expected[label] = 100
        if label in label_map:
            expected[label] -= round(100 * rate)
            expected[label_map[label]] = round(100 * rate)
        assert torch.equal(counts, expected)


@pytest.mark.parametrize(
    ("name", "num_classes", "variant", "share"),
    [
        ("mnist", 10, None, 0.5),
        ("cifar10", 10, None, 0.5),
        ("cifar100", 100, None, 0.4),
        ("cifar100", 100, "pairs", 0.4),
        ("cifar100", 100, "cyclic", 1.0),
        ("cifar100", 100, "superclass", 1.0),
    ],
)
def test_overall_rate(name: str, num_classes: int, variant: str | None, share: float) -> None:
    noise = Asymmetric(0.4, variant).apply(balanced(name, num_classes), seed=0)
    assert noise.realised_rate == pytest.approx(share * 0.4, abs=1e-12)
    assert torch.equal(noise.transition, asymmetric(name, 0.4, variant))


@pytest.mark.parametrize(
    ("name", "variant", "message"),
    [
        ("digits", None, "^noise=asymmetric: has no map for dataset=digits, only for mnist, cifar10, cifar100"),
        ("folder", "cyclic", "^noise=asymmetric: has no map for dataset=folder"),
        ("mnist", "cyclic", "^noise.variant=cyclic: must be one of published on dataset=mnist$"),
        ("cifar10", "superclass", "^noise.variant=superclass: must be one of published on dataset=cifar10$"),
        ("cifar100", "published", "^noise.variant=published: must be one of pairs, cyclic, sup"),
    ],
)
def test_pairs_of_data_set_and_map_that_do_not_exist_are_refused(name: str, variant: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        Asymmetric(0.4, variant).apply(balanced(name), seed=0)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": -0.1}, "^rate=-0.1"),
        ({"rate": 0.4, "variant": "circle"}, "^variant=circle: must be one of published, pairs, cyclic, superclass$"),
        ({"rate": 0.4, "exact": 1}, "^exact=1"),
    ],
)
def test_unfit_parameters_are_refused_when_built(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Asymmetric(**arguments)


def test_every_data_set_has_the_map_that_stands_for_it() -> None:
    assert {name: variant_of(name, None) for name in MAPS} == {"mnist": ONLY, "cifar10": ONLY, "cifar100": "pairs"}
    assert all(published_map(name) is maps[variant_of(name, None)] for name, maps in MAPS.items())
