import pickle
import warnings
from pathlib import Path
from typing import Any

from torchvision.datasets import CIFAR100

from sl.data import Dataset
from sl.noise.superclasses import CLASS_NAMES, SUPERCLASSES


def test_twenty_superclasses_of_five_distinct_classes() -> None:
    assert len(SUPERCLASSES) == 20
    assert all(len(names) == 5 for names in SUPERCLASSES.values())
    assert len(set(CLASS_NAMES)) == 100


def unpickled(path: Path) -> dict[str, Any]:
    """What a published file holds, without torchvision's or this project's reader."""
    with warnings.catch_warnings():
        # numpy 2.4.0 to 2.4.4 warn of pickles as old as these (numpy/numpy#31177).
        warnings.filterwarnings("ignore", r"dtype\(\): align should be passed")
        return pickle.loads(path.read_bytes(), encoding="latin1")


def test_they_are_those_of_the_published_files(data_dir: Path, cifar100: Dataset) -> None:
    folder = data_dir / CIFAR100.base_folder
    train, meta = unpickled(folder / "train"), unpickled(folder / "meta")
    assert cifar100.class_names == CLASS_NAMES == tuple(meta["fine_label_names"])
    published = {name: set() for name in meta["coarse_label_names"]}
    for fine, coarse in zip(train["fine_labels"], train["coarse_labels"], strict=True):
        published[meta["coarse_label_names"][coarse]].add(CLASS_NAMES[fine])
    assert {name: set(names) for name, names in SUPERCLASSES.items()} == published
