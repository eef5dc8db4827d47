"""The commands that show a sweep: its picture, the end of a multirun, sl sweep_table, sl tables, sl choose."""

from pathlib import Path

import numpy as np
import pytest
import synthetic
from sweep_runs import ALPHAS, BETAS, SEEDS, accuracy, sweep_of

from sl.commands import choose, sweep_table, train
from sl.comparison.sweeps import sweeps
from sl.errors import UserError
from sl.figures import sweep as figure
from sl.figures.style import STYLE
from sl.record import load_all
from sl.tables import Literature, write_all
from sl.tables import sweep as table


def test_two_parameters_are_a_heat_map_and_one_is_a_curve(swept: Path) -> None:
    drawn_map = figure.draw(sweep_of(swept))
    (panel,) = drawn_map.axes
    by = "SL (A −9.21), symmetric 40 %: test accuracy after the last epoch (%) by loss.alpha and loss.beta"
    *title, place = drawn_map.get_suptitle().splitlines()
    assert (" ".join(title), place) == (by, "CIFAR-10, scaled-down run")
    means = [[100 * np.mean([accuracy(a, b, seed) for seed in SEEDS]) for b in BETAS] for a in ALPHAS]
    assert np.allclose(panel.images[0].get_array(), means)
    for path in [run.path for run in load_all(swept) if run.loss.get("beta") == 0.5]:
        path.unlink()
    (panel,) = figure.draw(sweep_of(swept)).axes
    drawn = panel.containers[0].lines[0]
    assert np.allclose(drawn.get_xdata(), ALPHAS)
    assert np.allclose(drawn.get_ydata(), [row[1] for row in means])


def test_a_multirun_ends_with_the_table_of_its_points(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = sorted(swept.rglob("*.jsonl"))
    lines = list(train.points(own))
    points = [line for one in sweeps(load_all(swept)) for line in table.text(one)]
    shown = [line for line in lines if line]
    assert shown[: len(points)] == points
    assert [line.split()[0] for line in shown[len(points) :]][:3] == ["method", "CE", "SL"]  # CE is in the sweep too
    own[0].write_text("damaged")
    assert list(train.points(own)) == []
    assert "its runs are recorded, and sl sweep_table and sl tables make them again" in capsys.readouterr().err


def test_the_command_writes_table_and_picture(swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep_table.main(swept, tmp_path / "out")
    name = "cifar10-symmetric-sl-authors_code-cpu"
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"{name}.{end}" for end in ("md", "csv", "png", "svg")}
    assert capsys.readouterr().out.count("\n") >= 9
    synthetic.record(tmp_path / "single", "ce")
    with pytest.raises(UserError, match="finished runs of one loss whose options differ"):
        sweep_table.main(tmp_path / "single", tmp_path / "out")


def test_characters_without_a_font_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STYLE, "font.family", "DejaVu Sans")
    for alpha in (0.1, 1.0):
        synthetic.record(tmp_path / "runs", "sl", dataset="猫", epochs=3, classes=3, loss_options={"alpha": alpha})
    sweep_table.main(tmp_path / "runs", tmp_path / "out")
    stem = tmp_path / "out/猫-symmetric-sl-authors_code-cpu"
    assert f"\n{stem}: no installed font has the characters 猫; boxes are drawn\n" in capsys.readouterr().out


def test_scales_whose_names_have_a_dot_keep_files_of_their_own(tmp_path: Path) -> None:
    for scale in ("v1.5", "v1.6"):
        for alpha in (0.1, 1.0):
            synthetic.record(tmp_path / "runs", "sl", scale=scale, epochs=3, classes=3, loss_options={"alpha": alpha})
    sweep_table.main(tmp_path / "runs", tmp_path / "out")
    written = {path.name for path in (tmp_path / "out").iterdir()}
    stems = {f"cifar10-symmetric-sl-authors_code-{scale}" for scale in ("v1.5", "v1.6")}
    assert written == {f"{stem}.{end}" for stem in stems for end in ("md", "csv", "png", "svg")}


def test_tables_and_choose_show_every_point_of_such_a_sweep(
    swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(write_all(load_all(swept), Literature(), tmp_path / "tables"))
    page = (tmp_path / "tables/cifar10_cpu.md").read_text()
    assert "Left out" not in page  # every run is in a row or in the table of the sweep
    choose.main(swept)
    said = capsys.readouterr().out
    assert said.startswith("No finished run has a holdout, so nothing is chosen")
    for point in sweep_of(swept).points:
        alpha, beta = point.values.values()
        cells = [f"{alpha:g}", f"{beta:g}", "3", f"{point.accuracy.mean:.2f}"]
        assert f"| {' | '.join(cells)} |" in page
        assert any(line.split()[:4] == cells for line in said.splitlines())


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce")
    with pytest.raises(
        UserError, match=r"no sweep; to train some: sl train -m .* holdout=0.1 runs_dir=.*, or sl search$"
    ):
        choose.main(tmp_path)
