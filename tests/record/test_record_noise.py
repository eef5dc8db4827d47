"""The noise of a run in words, and what tells the noise of two runs apart."""

from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.comparison import run_groups
from sl.record import CLEAN, Noise, load_all, read


def test_noises_stand_by_kind_then_detail_then_rate() -> None:
    """The columns of one detail stand together."""
    details = [("asymmetric", rate, detail) for detail in ("cyclic", "pairs") for rate in (0.1, 0.2, 0.4)]
    expected = [CLEAN, Noise("symmetric", 0.2), Noise("symmetric", 0.6), *(Noise(*one) for one in details)]
    backwards = expected[::-1]
    assert sorted(backwards, key=lambda noise: noise.order) == expected


@pytest.mark.parametrize(
    ("dataset", "noise", "options", "words"),
    [
        ("cifar10", "asymmetric", {"variant": None}, "asymmetric 40 %"),
        ("cifar10", "asymmetric", {"variant": "published"}, "asymmetric 40 %"),
        ("cifar100", "asymmetric", {"variant": None}, "asymmetric 40 % (pairs)"),
        ("cifar100", "asymmetric", {"variant": "cyclic"}, "asymmetric 40 % (cyclic)"),
        ("cifar10", "symmetric", {"exact": False}, "symmetric 40 % (drawn per example)"),
        ("cifar10", "symmetric", {"rate": 0.0}, "clean"),
        ("cifar10", "human", {"rate": None, "name": "worst"}, "human (worst)"),
        ("folder", "matrix", {"rate": None, "file": "0123456789abcdef"}, "matrix (01234567)"),
    ],
)
def test_noise_in_words(tmp_path: Path, dataset: str, noise: str, options: dict[str, Any], words: str) -> None:
    synthetic.record(tmp_path, "ce", noise, dataset=dataset, noise_options=options)
    assert load_all(tmp_path)[0].noise.title == words


def test_a_matrix_is_called_as_its_file_and_is_one_noise_under_two_names(tmp_path: Path) -> None:
    for name, digest, seed in (("a.csv", "0" * 16, 0), ("b.csv", "0" * 16, 1), ("a.csv", "1" * 16, 0), (None, "2", 0)):
        head = synthetic.header("ce", "matrix", seed=seed, noise_options={"rate": None, "file": digest})
        head["noise"] |= {"file": name} if name else {}
        synthetic.write(tmp_path, synthetic.lines(head))
    (group,) = run_groups(load_all(tmp_path))
    titles = [noise.title for noise in group.noises]
    assert titles[0] in ("matrix (a.csv 00000000)", "matrix (b.csv 00000000)")
    assert titles[1:] == ["matrix (a.csv 11111111)", "matrix (2)"]


@pytest.mark.parametrize(
    ("rate", "words"), [([0.1, 0.2], "symmetric (rate [0.1, 0.2])"), ("high", "symmetric (rate high)")]
)
def test_the_rate_of_noise_of_another_package_may_be_no_number(tmp_path: Path, rate: object, words: str) -> None:
    synthetic.record(tmp_path, "ce", noise_options={"_target_": "parts.Noise", "exact": None, "rate": rate})
    (group,) = run_groups(load_all(tmp_path))
    assert [noise.title for noise in group.noises] == [words]


def test_options_of_noise_of_another_package_all_tell_settings_apart(tmp_path: Path) -> None:
    """Also those called like options that this project's noise words in its own way."""
    options = [{}, {"exact": "half"}, {"variant": 2}, {"name": 3}, {"file": "/data/one"}, {"file": "/data/other"}]
    for more in options:
        synthetic.record(tmp_path, "ce", noise_options={"_target_": "parts.Noise", "exact": None, **more})
    (group,) = run_groups(load_all(tmp_path))
    assert sorted(noise.title for noise in group.noises) == [
        "symmetric 40 %", "symmetric 40 % (exact half)", "symmetric 40 % (file /data/one)",
        "symmetric 40 % (file /data/other)", "symmetric 40 % (name 3)", "symmetric 40 % (variant 2)",
    ]  # fmt: skip


def test_noise_that_is_added_to_own_labels_has_its_own_words(tmp_path: Path) -> None:
    assert read(synthetic.own(tmp_path, "ce")).noise.title == "as given"
    record = synthetic.lines(synthetic.header("ce", dataset="folder"))
    record[0]["data"]["labels"] = "given"
    assert read(synthetic.write(tmp_path, record)).noise.title == "symmetric 40 %"
