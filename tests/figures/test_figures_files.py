"""The files of figures: where they lie, which are not drawn, what cannot be written."""

import errno
import json
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import synthetic
from drawn import run_group_of
from matplotlib.figure import Figure

from sl.errors import UserError
from sl.figures import (
    class_curves,
    draw_all,
)
from sl.figures.catalogue import FIGURES, folder
from sl.figures.style import STYLE, save_figure
from sl.paper import USUAL_RECIPE
from sl.record import load_all
from sl.replay.replay import figures_name


def test_odd_class_names_are_drawn_as_they_are(tmp_path: Path) -> None:
    head = synthetic.header("ce", dataset="folder", noise="none", classes=3)
    head["data"]["class_names"] = ["cost $x^2", "$", "a name that is longer than any panel has room for"]
    synthetic.write(tmp_path, synthetic.lines(head))
    paths, notices = save_figure(lambda: class_curves.draw(run_group_of(tmp_path)), tmp_path / "figure")
    assert [path.suffix for path in paths] == [".png", ".svg"]
    assert notices == []


def test_characters_without_a_font_are_one_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STYLE, "font.family", "DejaVu Sans")
    head = synthetic.header("ce", dataset="folder", noise="none", classes=3)
    head["data"]["class_names"] = ["猫", "犬", "bird"]
    synthetic.write(tmp_path, synthetic.lines(head))
    for name in set(FIGURES) - {"class_curves", "stage_bars"}:
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(tmp_path), tmp_path / "out"))
    assert sum("no installed font has the characters 猫犬" in line for line in said) == 1
    assert len(list((tmp_path / "out").rglob("*.png"))) == 2


def test_files_lie_by_data_set_scale_and_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for recipe in ("authors_code", "apl"):
        synthetic.record(tmp_path, "ce", recipe=recipe)
    for name in set(FIGURES) - {"transition", "class_comparison"}:
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(tmp_path), tmp_path / "out"))
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    folders = ("cifar10/cpu", "cifar10/cpu-apl")
    assert files == {f"{folder}/transition.{suffix}" for folder in folders for suffix in ("png", "svg")}
    assert sum("class_comparison: not drawn" in line for line in said) == 2


def test_no_two_pages_share_a_folder_or_a_name_in_a_tracker() -> None:
    """Whichever of the names has a hyphen; the recipes are the usual one and others."""
    pages = list(product(("a", "a-b"), ("c", "b-c", "c-d", "b-c-d"), (USUAL_RECIPE, "d", "c-d", f"c-{USUAL_RECIPE}")))
    places = {folder(SimpleNamespace(names=page)) for page in pages}
    assert len(places) == len(pages)
    assert len(set(map(figures_name, places))) == len(pages)


def test_of_own_data_no_experiment_of_the_paper_is_missed(tmp_path: Path) -> None:
    synthetic.own(tmp_path / "runs", "ce")
    said = list(draw_all(load_all(tmp_path / "runs"), tmp_path / "out"))
    assert any("class_curves.png" in line for line in said)
    assert not any("not drawn" in line for line in said)


def test_files_repeat_byte_for_byte(runs: Path, tmp_path: Path) -> None:
    group = run_group_of(runs)
    for name in ("first", "second"):
        save_figure(lambda: class_curves.draw(group), tmp_path / name)
    for suffix in ("png", "svg"):
        assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


def test_runs_of_another_size_are_left_out_and_named(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.record(runs, "ce", epochs=3)
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(runs), tmp_path / "out"))
    assert [line.split(" (")[0] for line in said] == ["cifar10/cpu: left out 1 run of other size or training"]


def test_diverged_runs_are_not_called_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthetic.record(tmp_path, "ce")
    synthetic.write(tmp_path, synthetic.lines(synthetic.header("ce", seed=1))[:3])
    synthetic.diverged(tmp_path, "ce", seed=2)
    synthetic.diverged(tmp_path, "ce", seed=3)
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    said = list(draw_all(load_all(tmp_path), tmp_path / "out"))
    assert said == ["cifar10/cpu: 1 run not finished, not drawn", "cifar10/cpu: 2 runs diverged, not drawn"]


def test_runs_on_other_labels_of_own_data_are_left_out_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = synthetic.own(tmp_path / "given", "ce")
    head, *rest = map(json.loads, path.read_text().splitlines())
    head["data"]["fingerprint"] = "corrected"
    synthetic.write(tmp_path / "corrected", [head, *rest])
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    runs = [run for labels in ("given", "corrected") for run in load_all(tmp_path / labels)]
    (line,) = draw_all(runs, tmp_path / "out")
    assert line.startswith("folder/paper: left out 1 run of other labels or pictures (")


def test_a_full_disk_ends_the_command(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not passed over figure by figure, with exit code 0 at the end."""

    def full(self: Figure, target: Path, **_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(UserError, match=r"out=.*: must be a folder that can be written to: No space left on device"):
        list(draw_all(load_all(runs), tmp_path / "out"))
