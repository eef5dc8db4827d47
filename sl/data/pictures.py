"""The pictures of own data, before any of them is opened: names, labels, and the split for testing."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class Picture:
    """A file, its name for records and lists (relative to the data folder, with /), and its label as given."""

    path: Path
    name: str
    label: str


@dataclass(frozen=True)
class Pictures:
    """Training and test pictures with their classes in order; `split` says in words where the test set comes from."""

    class_names: tuple[str, ...]
    train: tuple[Picture, ...]
    test: tuple[Picture, ...]
    split: str
    skipped: Counter[str]  # how many files or folders were passed over, by reason

    def labels(self, part: Sequence[Picture]) -> list[int]:
        """The class number of each picture."""
        numbers = {name: number for number, name in enumerate(self.class_names)}
        return [numbers[picture.label] for picture in part]


def has_control_character(name: str) -> bool:
    """Whether `name` would break a list of pictures, which is read line by line, or a message of one line."""
    return any(unicodedata.category(character) == "Cc" for character in name)


def natural_order(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct names with the numbers in them in numerical order.

    >>> natural_order(["10", "9", "a10", "a9", "9"])
    ('9', '10', 'a9', 'a10')
    """

    def key(name: str) -> tuple[list[str | Decimal], str]:  # int refuses more than 4300 digits
        parts = re.split(r"(\d+)", name)  # text and digits in turn, so that like is compared with like
        return [Decimal(part) if place % 2 else part for place, part in enumerate(parts)], name

    return tuple(sorted(set(names), key=key))


def stratified_split(
    pictures: Sequence[Picture], share: float, seed: int
) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """Pictures for training and for testing: a `share` in (0, 1) of every class is for testing.

    Each class keeps at least one picture for training and, if it has two or more, gets at least one for testing.
    Pictures are ranked by sha256 of seed and name, so no machine or version changes the split, and an added picture
    moves few others. Both parts keep the given order.
    """
    members: dict[str, list[str]] = {}
    for picture in pictures:
        members.setdefault(picture.label, []).append(picture.name)
    held: set[str] = set()
    for names in members.values():
        ranked = sorted(names, key=lambda name: hashlib.sha256(f"{seed}\0".encode() + os.fsencode(name)).digest())
        held.update(ranked[: min(len(names) - 1, max(1, round(share * len(names))))])
    return tuple(p for p in pictures if p.name not in held), tuple(p for p in pictures if p.name in held)
