"""The contact sheet: a picture as training reads it, which are suspects, and which it draws at random."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sl.audit.rank import Ranking
from sl.audit.sheet import drawn_at_random, other_class, small_picture, suspicious
from sl.audit.subject import Subject


def test_sixteen_bits_are_scaled_and_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned right by 90 degrees
    pixels = np.array([[65535, 32768], [0, 0]], np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    nothing = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    subject = Subject(nothing, torch.tensor([0]), None, ("a.png",), ("ant", "bee"), 1, tmp_path)
    assert np.asarray(small_picture(subject, 0))[..., 0].tolist() == [[0, 255], [0, 128]]


@pytest.mark.parametrize(("images", "size", "drawn"), [(50, 20, 20), (7, 100, 7), (7, 0, 0)])
def test_a_sample_has_every_image_at_most_once(images: int, size: int, drawn: int) -> None:
    sample = drawn_at_random(images, size, 0)
    assert len(sample) == len(set(sample)) == drawn
    assert set(sample) <= set(range(images))
    assert sample == drawn_at_random(images, size, 0)


def test_every_image_is_as_likely_in_every_place_of_a_sample() -> None:
    """Chi-squared over 6,000 samples of 2 of 5 images: 4 degrees of freedom, 18.5 is exceeded once in a thousand."""
    drawn = np.array([drawn_at_random(5, 2, seed) for seed in range(6000)])
    for place in range(2):
        counts = np.bincount(drawn[:, place], minlength=5)
        assert ((counts - 1200) ** 2 / 1200).sum() < 18.5


def test_the_class_offered_is_the_most_probable_one_but_the_label() -> None:
    assert other_class(np.array([0.7, 0.1, 0.2]), 0) == 2
    assert other_class(np.array([0.7, 0.1, 0.2]), 2) == 0
    assert other_class(np.array([1.0, 0.0, 0.0]), 0) in (1, 2)


def test_suspects_are_those_whose_suggestion_differs(subject: Subject, ranking: Ranking) -> None:
    """Rows 5, 9 and 31 are of another class than labelled; all are alike suspicious, so the first comes first."""
    assert suspicious(subject, ranking, 500) == [5, 9, 31]
    assert suspicious(subject, ranking, 2) == [5, 9]
    reverse = replace(ranking, order=ranking.order[::-1])
    assert suspicious(subject, reverse, 2) == [31, 9]
