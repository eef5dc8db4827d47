"""The contact sheet: a picture as training reads it, which are suspects, and which it draws at random."""

import base64
import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
import torch
from PIL import Image

from sl.audit.rank import Ranking
from sl.audit.sheet import drawn_at_random, other_class, small_picture, suspicious, write_sheet
from sl.audit.sheet_figure import _figure
from sl.audit.subject import Subject


def test_sixteen_bits_are_scaled_and_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned right by 90 degrees
    pixels = np.array([[65535, 32768], [0, 0]], np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    nothing = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    subject = Subject(nothing, torch.tensor([0]), None, ("a.png",), ("ant", "bee"), 1, tmp_path)
    assert np.asarray(small_picture(subject, 0))[..., 0].tolist() == [[0, 255], [0, 128]]


def test_a_picture_is_found_however_its_letters_are_spelt(tmp_path: Path) -> None:
    """As training finds it; a labels.csv may spell é in another way than the disk."""
    (tmp_path / normalize("NFD", "é")).mkdir()
    Image.new("RGB", (2, 2), (7, 8, 9)).save(tmp_path / normalize("NFD", "é/ü.png"))
    nothing = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    name = normalize("NFC", "é/ü.png")
    subject = Subject(nothing, torch.tensor([0]), None, (name,), ("ant", "bee"), 1, tmp_path)
    assert small_picture(subject, 0).getpixel((0, 0)) == (7, 8, 9)


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


def test_the_page_holds_what_the_audit_found(
    subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    """Row 31 is labelled 1 and looks like 2, row 5 is labelled 2 and row 9 is labelled 0."""
    write_sheet(tmp_path / "a.html", subject, ranking, probabilities, [31, 5], [9], {"identity": "x"})
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', (tmp_path / "a.html").read_text())
    assert found is not None
    data = json.loads(found[1])
    assert data["all"][29:31] == [[subject.names[29], 2, "train"], [subject.names[30], 0, "test"]]
    assert data["changes"] == {"5": 0, "9": 1}
    first, second = data["suspects"]
    assert (first["row"], first["suggested"], first["confidence"], first["wrong"]) == (31, 2, [0.05, 0.9], 0.95)
    assert (second["row"], second["suggested"]) == (5, 0)
    picture = Image.open(BytesIO(base64.b64decode(first["image"].partition(",")[2])))
    assert np.array_equal(np.asarray(picture), subject.images[31].permute(1, 2, 0))
    (drawn,) = data["sample"]
    assert drawn.keys() == {"row", "suggested", "image"}  # who sees more judges less freely


def test_the_figure_has_the_first_32_pictures(subject: Subject, ranking: Ranking) -> None:
    every = replace(ranking, suggested=(subject.labels.numpy() + 1) % 3, order=ranking.order[::-1])
    figure = _figure(subject, every, "Mine")
    assert figure is not None
    shown = [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]
    first = [subject.images[row].permute(1, 2, 0).numpy() for row in every.order[:32]]
    assert len(shown) == 32
    assert all(map(np.array_equal, shown, first))


def test_the_figure_names_the_label_given_and_then_the_suggestion(subject: Subject, ranking: Ranking) -> None:
    figure = _figure(replace(subject, class_names=("ant", "bee", "cat")), ranking, "Mine")
    assert figure is not None
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == ["cat\n→ ant", "ant\n→ bee", "bee\n→ cat"]
    assert np.array_equal(np.asarray(shown[2].images[0].get_array()), subject.images[31].permute(1, 2, 0))
