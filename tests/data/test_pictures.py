"""Order of classes, and the split of pictures without one."""

from collections import Counter
from pathlib import Path

import pytest

from sl.data.pictures import Picture, natural_order, stratified_split


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (map(str, range(12)), tuple(map(str, range(12)))),
        (["img12", "img10", "img2", "img1"], ("img1", "img2", "img10", "img12")),
        (["b", "a", "a"], ("a", "b")),
        (["01", "1", "001", "2", "x", "", "0001"], ("", "0001", "001", "01", "1", "2", "x")),
        (["21", "2³", "2²"], ("2²", "2³", "21")),
        (["9" * 5000, "10", "9"], ("9", "10", "9" * 5000)),
        (["v1.10", "v1.9", "v1"], ("v1", "v1.9", "v1.10")),
    ],
)
def test_numbers_sort_as_numbers(names: list[str], expected: tuple[str, ...]) -> None:
    assert natural_order(names) == expected


def pictures(counts: dict[str, int]) -> list[Picture]:
    names = [f"{label}/{number}.png" for label, count in counts.items() for number in range(count)]
    return [Picture(Path("x") / name, name, name.partition("/")[0]) for name in names]


def test_the_split_is_stratified_whole_and_keeps_order() -> None:
    every = pictures({"a": 100, "b": 10, "c": 2, "d": 1})
    train, test = stratified_split(every, 0.2, 0)
    assert Counter(picture.label for picture in test) == {"a": 20, "b": 2, "c": 1}
    assert sorted((*train, *test), key=every.index) == every
    assert list(train) == sorted(train, key=every.index)
    assert stratified_split(every, 0.999, 0)[0][-1].label == "d"
    assert {picture.label for picture in stratified_split(every, 0.999, 0)[0]} == set("abcd")


def test_the_split_is_the_same_for_ever() -> None:
    _, test = stratified_split(pictures({"a": 10, "b": 10}), 0.3, 0)
    assert [picture.name for picture in test] == ["a/0.png", "a/4.png", "a/6.png", "b/2.png", "b/3.png", "b/4.png"]


def test_a_picture_more_moves_few_others() -> None:
    before, after = ({p.name for p in stratified_split(pictures({"a": n}), 0.2, 0)[1]} for n in (100, 101))
    assert len(before ^ after) <= 2
