"""Finds the pictures of own data: in a file of labels where there is one, else in folders."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sl.data.class_folders import find_in_folders
from sl.data.disk import reading
from sl.data.labels_file import read_labels
from sl.data.pictures import Pictures, natural_order, stratified_split
from sl.errors import UserError

AS_GIVEN = "training and test pictures are as given"  # recorded: runs with another text go to another page
TEST_SHARE, SPLIT_SEED = 0.2, 0  # where the data have no test set and the options are null


def find(root: Path, labels: Path | None, test_share: float | None, split_seed: int | None) -> Pictures:
    """The pictures in `root`, for training and testing; `labels` is a file, or None if folders name the classes.

    Raises UserError for fewer than two classes, a class without a picture for training, no picture for testing, or a
    share or seed for data that have a test set.
    """
    skipped: Counter[str] = Counter()
    with reading(root):
        parts = read_labels(labels, root) if labels else find_in_folders(root, skipped)
    everything = [picture for part in parts.values() for picture in part]
    class_names = natural_order(picture.label for picture in everything)
    _check(class_names, *_named(root, labels))
    untested = "no row has split=test"  # folders and paths that name the parts have both
    if "" in parts:
        untested = "at least one class must have two pictures, of which one is for testing"
        share = TEST_SHARE if test_share is None else test_share
        seed = SPLIT_SEED if split_seed is None else split_seed
        train, test = stratified_split(everything, share, seed)
        split = f"{100 * share:g} % of every class is drawn for testing (split_seed={seed})"
    else:
        for option, value in (("test_share", test_share), ("split_seed", split_seed)):
            if value is not None:
                raise UserError(option, value, "must be null: these pictures are split into train and test already")
        train, test = (tuple(parts.get(part, ())) for part in ("train", "test"))
        split = AS_GIVEN
    return _whole(Pictures(class_names, train, test, split, +skipped), root, labels, untested)


def without(found: Pictures, unreadable: set[str], root: Path, labels: Path | None) -> Pictures:
    """`found` without the pictures of these names; UserError if no test picture, or none to train a class, remains."""
    train, test = (
        tuple(picture for picture in part if picture.name not in unreadable) for part in (found.train, found.test)
    )
    skipped = found.skipped + Counter(unreadable=len(unreadable))
    untested = "no picture for testing can be read"
    return _whole(Pictures(found.class_names, train, test, found.split, skipped), root, labels, untested)


def _whole(found: Pictures, root: Path, labels: Path | None, untested: str) -> Pictures:
    present = {picture.label for picture in found.train}
    for name in found.class_names:
        if name not in present:
            raise UserError(*_named(root, labels), f"class {name} must have a picture for training")
    if not found.test:
        raise UserError(*_named(root, labels), untested)
    return found


def _named(root: Path, labels: Path | None) -> tuple[str, Path]:
    """The option that says where the pictures are found, and its value."""
    return ("labels", labels) if labels else ("data_dir", root)


def _check(class_names: tuple[str, ...], option: str, where: Path) -> None:
    if len(class_names) < 2:
        raise UserError(option, where, f"must have two or more classes, and has {len(class_names)}")
    for name in class_names:
        if not name.isprintable():  # a name that is not UTF-8 comes as lone surrogates, which are not printable
            raise UserError(option, where, f"the name of class {name!a} must be printable UTF-8 text")
        if name != name.strip():  # a folder: labels from a file are stripped
            raise UserError(option, where, f"the name of class {name!r} must not begin or end with a blank; rename it")
