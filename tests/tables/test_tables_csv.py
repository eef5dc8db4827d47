"""The CSV files that are written beside the pages."""

import csv
from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.record import load_all
from sl.tables import Literature, write_all
from sl.tables.published import Published


def test_csv_holds_the_same_numbers(tmp_path: Path, published: list[Published]) -> None:
    synthetic.run_group_of(tmp_path / "runs", {"ce": 3}, scale="paper", epochs=120)
    list(write_all(load_all(tmp_path / "runs"), Literature(published), tmp_path / "out"))
    with (tmp_path / "out" / "cifar10_paper.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if (line["noise"], line["loss"]) == ("symmetric 40 %", "ce")]
    last = next(line for line in lines if line["statistic"] == "last epoch")
    mean = 100 * synthetic.curves("ce", "test_accuracy", scale="paper", epochs=120)[:, -1].mean()
    assert float(last["mean"]) == pytest.approx(mean, abs=1e-4)
    assert float(last["difference"]) == pytest.approx(mean - 50.5, abs=1e-4)
    assert (last["n"], last["seeds"], last["confidence"]) == ("3", "0 1 2", "recalled_not_checked")


def test_csv_gives_no_difference_from_what_is_not_comparable(tmp_path: Path, published: list[Published]) -> None:
    synthetic.record(tmp_path / "runs", "ce")
    list(write_all(load_all(tmp_path / "runs"), Literature(published), tmp_path / "out"))
    with (tmp_path / "out" / "cifar10_cpu.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if (line["loss"], line["published"]) == ("ce", "50.5")]
    assert {(line["difference"], line["not_compared"]) for line in lines} == {("", "not comparable: scaled-down")}


def test_csv_tells_pages_of_the_same_names_apart(tmp_path: Path) -> None:
    recipe = synthetic.recipe_values("cifar10", "authors_code") | {"lr": 0.1}
    settings: list[dict[str, Any]] = [
        {}, {"precision": "bfloat16"}, {"holdout": 0.1}, {"fold": "2/4"}, {"recipe": recipe},
    ]  # fmt: skip
    for number, changes in enumerate(settings):
        head = synthetic.header()
        head["config"] |= changes
        synthetic.write(tmp_path / "runs", synthetic.lines({**head, "identity": f"{number:016x}"}))
    list(write_all(load_all(tmp_path / "runs"), Literature([]), tmp_path / "out"))
    with (tmp_path / "out" / "cifar10_cpu.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["statistic"] == "last epoch"]
    found = {tuple(line[name] for name in ("precision", "holdout", "fold", "differs")) for line in lines}
    assert len(found) == len(lines) == 5
    assert {(line["n"], line["std"]) for line in lines} == {("1", "")}  # one run has no deviation
    assert {(line["precision"], line["holdout"], line["fold"]) for line in lines} == {
        ("float32", "", ""), ("bfloat16", "", ""), ("float32", "0.1", ""), ("float32", "", "2/4"),
    }  # fmt: skip
    assert "lr 0.01 → 0.1, precision bfloat16 → float32" in {line["differs"] for line in lines}
