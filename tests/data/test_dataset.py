import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from sl.data.dataset import Dataset
from sl.errors import UserError

COUNTS = (40, 10, 7, 1)  # images of each class


def make(seed: int = 0) -> Dataset:
    labels = torch.repeat_interleave(torch.arange(4), torch.tensor(COUNTS))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]
    images = torch.arange(len(labels), dtype=torch.uint8).reshape(-1, 1, 1, 1)
    return Dataset("toy", images, labels, images + 100, labels, ("ant", "bee", "3", "dog"), torch.arange(len(labels)))


def test_the_images_tell_their_shape_and_the_names_the_number_of_classes() -> None:
    assert make().num_classes == 4
    assert make().image_shape == (1, 1, 1)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01])
def test_a_subset_keeps_the_share_of_every_class_and_the_order(share: float) -> None:
    full = make()
    part = full.subset(share, 1)
    expected = [max(1, round(share * count)) for count in COUNTS]
    assert torch.bincount(part.train_labels, minlength=4).tolist() == expected
    assert part.train_index.unique().tolist() == part.train_index.tolist()
    assert torch.equal(part.train_images, full.train_images[part.train_index])
    assert torch.equal(part.train_labels, full.train_labels[part.train_index])
    assert torch.equal(part.test_images, full.test_images)


def test_the_test_share_is_its_own() -> None:
    full = make()
    part = full.subset(1, 0.5)
    assert torch.bincount(part.test_labels).tolist() == [20, 5, 4, 1]
    rows = part.test_images[:, 0, 0, 0].long() - 100
    assert torch.equal(rows, rows.unique())
    assert torch.equal(part.test_labels, full.test_labels[rows])
    assert len(part.train_labels) == sum(COUNTS)


def test_the_test_share_is_that_of_the_validation_images() -> None:
    full = make()
    part = replace(full, validation=(full.test_images, full.test_labels)).subset(1, 0.5)
    assert part.validation is not None
    images, labels = part.validation
    assert torch.bincount(labels).tolist() == [20, 5, 4, 1]
    assert torch.equal(labels, full.test_labels[images[:, 0, 0, 0].long() - 100])


def test_test_images_keep_their_names() -> None:
    full = replace(make(), test_paths=tuple(f"{row}.png" for row in range(sum(COUNTS))))
    part = full.subset(1, 0.5)
    assert part.test_paths == tuple(f"{row - 100}.png" for row in part.test_images.flatten().tolist())


def test_a_subset_is_spread_over_the_whole_class() -> None:
    full = make()
    part = full.subset(0.1, 1)
    rows = (full.train_labels == 0).nonzero().flatten()
    assert part.train_index[part.train_labels == 0].tolist() == rows[[0, 10, 20, 30]].tolist()


def test_a_subset_of_a_subset_still_points_into_the_source() -> None:
    full = make()
    part = full.subset(0.5, 1).subset(0.5, 1)
    assert torch.equal(part.train_images, full.train_images[part.train_index])


def test_the_whole_is_not_copied() -> None:
    full = make()
    assert full.subset(1, 1).train_images.data_ptr() == full.train_images.data_ptr()


def test_all_training_images_are_not_copied_for_a_share_of_the_others() -> None:
    full = replace(make(), validation=(torch.zeros(4, 1, 1, 1), torch.arange(4)))
    part = full.subset(1, 0.5)
    assert part.train_images.data_ptr() == full.train_images.data_ptr()
    assert full.subset(0.5, 1).test_images.data_ptr() == full.test_images.data_ptr()
    assert len(part.test_images) < len(full.test_images)


@pytest.mark.parametrize(("train", "test", "name"), [(0, 1, "train_share=0"), (1, 1.5, "test_share=1.5")])
def test_shares_out_of_range_are_named(train: float, test: float, name: str) -> None:
    with pytest.raises(UserError, match=rf"^{name}: must be a number in \(0, 1\]$"):
        make().subset(train, test)


def test_classes_go_by_name_then_by_number() -> None:
    data = make()
    assert data.class_index("bee") == data.class_index(1) == data.class_index("1") == 1
    assert data.class_index("3") == data.class_index(3) == 2  # the class called 3 is number 2


@pytest.mark.parametrize("wrong", ["cat", 4, -1, True, 1.5, None])
def test_an_unknown_class_is_told_the_known_ones(wrong: object) -> None:
    with pytest.raises(UserError) as error:
        make().class_index(wrong, "probe.label")
    assert str(error.value) == f"probe.label={wrong}: must be a number from 0 to 3 or one of ant, bee, 3, dog"


def test_choosing_a_source_needs_no_torch() -> None:
    code = (
        "import sys, sl.data as d; d.Digits(), d.Mnist('.'), d.Cifar10('.'), d.ImageFolder('mine', '.', 8);"
        "print(*{'torch', 'torchvision', 'sklearn', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
