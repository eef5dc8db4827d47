from dataclasses import replace
from pathlib import Path

import pytest
import torch
from labelled import balanced

from sl.data import Dataset
from sl.errors import UserError
from sl.noise import Human
from sl.noise.cifar_n import HumanFile
from sl.transition_matrix import check_transition

# Shares of wrong labels in per cent, as published with CIFAR-N, to the first decimal.
CIFAR10N = {"aggregate": 9.0, "random1": 17.2, "random2": 18.1, "random3": 17.6, "worst": 40.2}


@pytest.mark.parametrize(("name", "per_cent"), CIFAR10N.items())
def test_cifar10n_rates_are_the_published_ones(cifar10: Dataset, data_dir: Path, name: str, per_cent: float) -> None:
    noise = Human(name, data_dir).apply(cifar10, seed=0)
    assert round(100 * noise.realised_rate, 1) == per_cent
    assert torch.equal(noise.clean, cifar10.train_labels)


def test_cifar100n_rate_is_the_published_one(cifar100: Dataset, data_dir: Path) -> None:
    noise = Human("fine", data_dir).apply(cifar100, seed=0)
    assert round(100 * noise.realised_rate, 1) == 40.2
    assert noise.transition.shape == (100, 100)


def test_the_transition_is_the_share_found(cifar10: Dataset, data_dir: Path) -> None:
    noise = Human("worst", data_dir).apply(cifar10, seed=0)
    check_transition(noise.transition)
    for clean, noisy in ((3, 5), (0, 0), (9, 1)):
        found = noise.labels[cifar10.train_labels == clean] == noisy
        assert noise.transition[clean, noisy].item() == pytest.approx(found.double().mean().item(), abs=1e-12)
    # Classes are balanced: the mean of the rows' rates is the overall rate.
    assert (1 - noise.transition.diagonal()).mean().item() == pytest.approx(noise.realised_rate, abs=1e-12)


def test_the_seed_has_no_effect(cifar10: Dataset, data_dir: Path) -> None:
    first, second = (Human("random1", data_dir).apply(cifar10, seed) for seed in (0, 1))
    assert torch.equal(first.labels, second.labels)


def test_a_part_of_the_data_set_gets_the_labels_of_its_own_images(cifar10: Dataset, data_dir: Path) -> None:
    part = cifar10.subset(0.1, 0.1)
    whole, noise = (Human("worst", data_dir).apply(dataset, seed=0) for dataset in (cifar10, part))
    assert len(noise.labels) == 5000
    assert torch.equal(noise.labels, whole.labels[part.train_index])
    assert torch.equal(noise.clean, part.train_labels)
    assert torch.equal(noise.transition, whole.transition)


def test_labels_of_other_images_are_refused(cifar10: Dataset, data_dir: Path) -> None:
    shuffled = replace(cifar10, train_index=cifar10.train_index.roll(1))
    with pytest.raises(UserError, match=r"its clean labels are not those of dataset=cifar10$"):
        Human("worst", data_dir).apply(shuffled, seed=0)


@pytest.mark.parametrize(
    ("dataset", "name", "message"),
    [
        ("mnist", "worst", "^noise=human: has no labels for dataset=mnist, only for cifar10, cif"),
        ("digits", "fine", "^noise=human: has no labels for dataset=digits"),
        ("cifar100", "worst", "^noise.name=worst: must be one of fine on dataset=cifar100$"),
        ("cifar10", "fine", "^noise.name=fine: must be one of aggregate, random1, random2, ran"),
    ],
)
def test_data_sets_without_such_labels_are_refused(tmp_path: Path, dataset: str, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        Human(name, tmp_path).apply(balanced(dataset), seed=0)
    assert "\n" not in str(error.value)


CLEAN = torch.arange(1000) % 10
WORST = torch.where(torch.arange(1000) < 300, (CLEAN + 1) % 10, CLEAN)  # 30 of each class move to the next


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of CIFAR-10N with 1000 labels."""
    columns = {"clean_label": CLEAN, "worse_label": WORST}
    monkeypatch.setattr(HumanFile, "path", lambda self, data_dir: data_dir / self.file_name)
    monkeypatch.setattr(
        "sl.noise.human_noise.read_columns", lambda path, *names: tuple(columns[name] for name in names)
    )


@pytest.mark.usefixtures("stand_in")
def test_labels_of_the_stand_in_go_by_index(tmp_path: Path) -> None:
    rows = torch.arange(1, 1000, 7)
    part = replace(balanced(), train_labels=CLEAN[rows], train_index=rows)
    noise = Human("worst", tmp_path).apply(part, seed=0)
    assert torch.equal(noise.labels, WORST[rows])
    assert torch.equal(noise.clean, CLEAN[rows])
    stay = torch.eye(10, dtype=torch.float64)
    torch.testing.assert_close(noise.transition, 0.7 * stay + 0.3 * stay.roll(1, dims=1))
    with pytest.raises(UserError, match=r"CIFAR-10_human\.pt: its clean labels are not those of dataset=cifar10$"):
        Human("worst", tmp_path).apply(replace(part, train_index=rows - 1), seed=0)


def test_names_that_do_not_exist_are_refused_when_built(tmp_path: Path) -> None:
    message = r"^name=worse: did you mean worst\? must be one of aggregate, random1, random2, random3, worst, fine$"
    with pytest.raises(UserError, match=message):
        Human("worse", tmp_path)


@pytest.mark.parametrize("data_dir", [None, "", 3])
def test_a_folder_is_needed(data_dir: object) -> None:
    with pytest.raises(UserError, match=f"^data_dir={data_dir}"):
        Human("worst", data_dir)
