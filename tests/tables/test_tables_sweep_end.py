"""The tables at the end of a sweep say what the sweep compared, whatever it varied."""

from itertools import product
from pathlib import Path

import synthetic

from sl.record import load_all
from sl.tables.sweep_end import end_of_sweep


def end(root: Path) -> list[str]:
    return list(end_of_sweep(load_all(root)))


def first_words(lines: list[str]) -> list[str]:
    return [line.split("  ")[0] if line else "" for line in (line.strip() for line in lines)]


def test_a_sweep_over_losses_ends_with_one_table_of_them(tmp_path: Path) -> None:
    for loss, rate, seed in product(("ce", "gce", "sl"), (0.2, 0.4), (0, 1, 2)):
        synthetic.record(tmp_path, loss, rate=rate, seed=seed)
    lines = end(tmp_path)
    assert lines[1].split() == ["method", "symmetric", "20", "%", "symmetric", "40", "%"]
    assert first_words(lines[:5]) == ["", "method", "CE", "GCE (q 0.7)", "SL (α 0.1, β 1, A −9.21)"]
    assert lines[2].count("(3)") == 2
    assert lines[5].startswith("CIFAR-10 · scaled-down run")
    assert lines[6].startswith("*: differs from SL under the same noise, p < 0.05 (Student's t over ")
    assert "corrected for the 4 comparisons of this table (Benjamini and Hochberg)." in lines[6]
    assert lines[6].endswith("Test labels are clean here: do not choose parameters by this table.")
    assert lines[7:] == [""]


def test_a_sweep_over_recipes_or_kinds_of_noise_ends_with_their_tables(tmp_path: Path) -> None:
    for recipe, noise in product(("authors_code", "apl"), ("symmetric", "asymmetric")):
        synthetic.record(tmp_path, "ce", noise, recipe=recipe)
    lines = end(tmp_path)
    assert sum("symmetric 40 %" in line and "asymmetric 40 %" in line for line in lines) == 2
    assert [sum(f"recipe {name}," in line for line in lines) for name in ("apl", "authors_code")] == [1, 1]


def test_points_of_one_loss_and_a_single_run_get_no_second_table(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "sl")
    assert end(tmp_path) == []
    synthetic.record(tmp_path, "sl", loss_options={"alpha": 1.0})
    assert [word for word in first_words(end(tmp_path)) if word in ("method", "alpha")] == ["alpha"]


def test_rates_of_one_loss_are_points(tmp_path: Path) -> None:
    for rate in (0.2, 0.4):
        synthetic.record(tmp_path, "ce", rate=rate)
    assert [word for word in first_words(end(tmp_path)) if word in ("method", "noise.rate")] == ["noise.rate"]
