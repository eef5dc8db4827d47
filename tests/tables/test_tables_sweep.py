"""The table and figure of a sweep against means, intervals and tests that scipy computes from the same accuracies."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import synthetic
import yaml
from scipy import stats

from sl.commands import choose, sweep_table, train
from sl.errors import UserError
from sl.figures import sweep as figure
from sl.paths import CONFIG_DIR
from sl.record import load_all
from sl.record.sweeps import Sweep, sweeps
from sl.tables import Literature, write_all
from sl.tables import sweep as table

ALPHAS, BETAS, SEEDS = (0.01, 0.1, 1.0), (0.5, 1.0), (0, 1, 2)


def accuracy(alpha: float, beta: float, seed: int) -> float:
    """An invented test accuracy."""
    return round(0.6 + 0.05 * np.log10(alpha) - 0.1 * beta + 0.01 * np.sin(7 * seed + 100 * alpha + 10 * beta), 4)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Records of SL over alpha and beta with three seeds, and of CE."""
    for alpha in ALPHAS:
        for beta in BETAS:
            for seed in SEEDS:
                head = synthetic.header("sl", seed=seed, loss_options={"alpha": alpha, "beta": beta})
                record = synthetic.lines(head)
                last = max(line["epoch"] for line in record if line["kind"] == "epoch")
                changed = {"test_accuracy": accuracy(alpha, beta, seed)}
                is_last = (line["kind"] == "epoch" and line["epoch"] == last for line in record)
                synthetic.write(
                    tmp_path / "runs",
                    [line | changed if here else line for line, here in zip(record, is_last, strict=True)],
                )
    synthetic.record(tmp_path / "runs", "ce")
    return tmp_path / "runs"


def sweep_of(folder: Path) -> Sweep:
    (found,) = (sweep for sweep in sweeps(load_all(folder)) if len(sweep.points) > 1)
    return found


def test_only_clean_test_labels_are_called_clean(runs: Path) -> None:
    assert "Test labels are clean here: do not" in "".join(table.notes(sweep_of(runs)))
    for path in runs.glob("*/*.jsonl"):
        head, *rest = path.read_text().splitlines(keepends=True)
        known = json.loads(head)
        known["data"]["labels"] = "given"
        path.write_text(json.dumps(known) + "\n" + "".join(rest))
    notes = "".join(table.notes(sweep_of(runs)))
    assert "clean" not in notes
    assert "Test labels are as doubtful as all others here: do not choose" in notes


def test_every_point_has_its_mean_interval_and_paired_difference(runs: Path) -> None:
    sweep = sweep_of(runs)
    assert sweep.varied == ("loss.alpha", "loss.beta")
    assert [(p.values["loss.alpha"], p.values["loss.beta"]) for p in sweep.points] == [
        (alpha, beta) for alpha in ALPHAS for beta in BETAS
    ]
    (base,) = set(sweep.references)
    assert base.values == {"loss.alpha": 0.1, "loss.beta": 1.0}  # as configs/ state for CIFAR-10
    reference = 100 * np.array([accuracy(0.1, 1.0, seed) for seed in SEEDS])
    p_values = []
    for point, (difference, _) in zip(sweep.points, sweep.differences, strict=True):
        own = 100 * np.array([accuracy(*point.values.values(), seed) for seed in SEEDS])
        assert point.accuracy.mean == pytest.approx(own.mean())
        expected = stats.t.interval(0.95, 2, own.mean(), stats.sem(own))
        assert point.accuracy.interval == pytest.approx(expected)
        if point is not base:
            assert difference.mean == pytest.approx((own - reference).mean())
            p_values.append(stats.ttest_rel(own, reference).pvalue)
    corrected = [p for _, p in sweep.differences if p is not None]
    assert corrected == pytest.approx(list(stats.false_discovery_control(p_values)))


def test_the_table_says_the_same_in_three_forms(runs: Path) -> None:
    sweep = sweep_of(runs)
    shown = list(table.text(sweep))
    assert len(shown) == 1 + 6 + 2
    assert shown[0].split()[:3] == ["alpha", "beta", "n"]
    (base,) = (line for line in shown[1:] if line.endswith("  reference"))
    assert base.split()[:4] == ["0.1", "1", "3", f"{sweep.references[0].accuracy.mean:.2f}"]
    reference = np.array([accuracy(0.1, 1.0, seed) for seed in SEEDS])
    marked = {bool(p is not None and p < 0.05) for _, p in sweep.differences}
    assert marked == {True, False}
    lines = table.rows(sweep)[1]
    assert [line[-1].endswith(" *") for line in lines] == [p is not None and p < 0.05 for _, p in sweep.differences]
    for row, point in zip(csv.DictReader(io.StringIO(table.comma(sweep))), sweep.points, strict=True):
        own = np.array([accuracy(*point.values.values(), seed) for seed in SEEDS])
        ends = stats.t.interval(0.95, 2, 100 * own.mean(), 100 * stats.sem(own))
        assert (float(row["low"]), float(row["high"])) == pytest.approx(ends)
        if point not in sweep.references:
            assert float(row["difference"]) == pytest.approx(100 * (own - reference).mean())
        else:
            assert row["difference"] == row["p_adjusted"] == ""
        assert float(row["mean"]) == point.accuracy.mean
        assert (row["n"], row["seeds"], float(row["loss.alpha"])) == ("3", "0 1 2", point.values["loss.alpha"])
    assert table.markdown(sweep).count("\n|") == 1 + 1 + 6


def test_two_parameters_are_a_heat_map_and_one_is_a_curve(runs: Path) -> None:
    drawn_map = figure.draw(sweep_of(runs))
    (panel,) = drawn_map.axes
    by = "SL, symmetric 40 %: test accuracy after the last epoch (%) by loss.alpha and loss.beta"
    assert drawn_map.get_suptitle().splitlines() == [by, "CIFAR-10, scaled-down run"]
    means = [[100 * np.mean([accuracy(a, b, seed) for seed in SEEDS]) for b in BETAS] for a in ALPHAS]
    assert np.allclose(panel.images[0].get_array(), means)
    for path in [run.path for run in load_all(runs) if run.loss.get("beta") == 0.5]:
        path.unlink()
    (panel,) = figure.draw(sweep_of(runs)).axes
    drawn = panel.containers[0].lines[0]
    assert np.allclose(drawn.get_xdata(), ALPHAS)
    assert np.allclose(drawn.get_ydata(), [row[1] for row in means])


def test_a_multirun_ends_with_the_table_of_its_points(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = sorted(runs.rglob("*.jsonl"))
    lines = list(train.points(own))
    assert [line for line in lines if line] == [line for one in sweeps(load_all(runs)) for line in table.text(one)]
    own[0].write_text("damaged")
    assert list(train.points(own)) == []
    assert "its runs are recorded, and sl sweep_table makes it again" in capsys.readouterr().err


def test_the_command_writes_table_and_picture(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep_table.main(runs, tmp_path / "out")
    name = "cifar10-symmetric-sl-authors_code-cpu"
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"{name}.{end}" for end in ("md", "csv", "png", "svg")}
    assert capsys.readouterr().out.count("\n") >= 9
    synthetic.record(tmp_path / "single", "ce")
    with pytest.raises(UserError, match="finished runs of one loss whose options differ"):
        sweep_table.main(tmp_path / "single", tmp_path / "out")


def test_tables_and_choose_show_every_point_of_such_a_sweep(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(write_all(load_all(runs), Literature(), tmp_path / "tables"))
    page = (tmp_path / "tables/cifar10_cpu.md").read_text()
    assert "Left out" not in page  # every run is in a row or in the table of the sweep
    choose.main(runs)
    said = capsys.readouterr().out
    assert said.startswith("No finished run has a holdout, so nothing is chosen")
    for point in sweep_of(runs).points:
        alpha, beta = point.values.values()
        cells = [f"{alpha:g}", f"{beta:g}", "3", f"{point.accuracy.mean:.2f}"]
        assert f"| {' | '.join(cells)} |" in page
        assert any(line.split()[:4] == cells for line in said.splitlines())


def test_noise_rates_alone_are_no_sweep_of_the_loss(tmp_path: Path) -> None:
    for rate in (0.2, 0.4):
        synthetic.record(tmp_path, "ce", rate=rate)
    (sweep,) = sweeps(load_all(tmp_path))
    assert [len(sweep.points), sweep.varies_loss] == [2, False]


def test_runs_of_another_precision_or_of_other_data_are_a_sweep_of_their_own(tmp_path: Path) -> None:
    for number, alpha in enumerate((0.1, 1.0) * 3):
        head = synthetic.header("sl", loss_options={"alpha": alpha})
        head["config"]["precision"] = "bfloat16" if number in (2, 3) else "float32"
        head["data"]["fingerprint"] = "other" if number in (4, 5) else "invented"
        synthetic.write(tmp_path, synthetic.lines({**head, "identity": f"{number:016x}"}))
    found = [
        [run.identity[-1] for point in sweep.points for run in point.series.runs]
        for sweep in sweeps(load_all(tmp_path))
    ]
    assert sorted(found) == [["0", "1"], ["2", "3"], ["4", "5"]]


def test_the_reference_is_closest_in_the_recipe_too(tmp_path: Path) -> None:
    for lr in (0.001, 0.01, 0.1):
        synthetic.record(tmp_path, "ce", dataset="digits", recipe_options={"lr": lr})
    (sweep,) = sweeps(load_all(tmp_path))
    stated = yaml.safe_load((CONFIG_DIR / "recipe_preset" / "authors_code_digits.yaml").read_text())["lr"]
    assert [reference.values for reference in sweep.references] == [{"recipe.lr": stated}] * 3
    lines = [line for line in table.text(sweep) if line.endswith("  reference")]
    assert [line.split()[0] for line in lines] == [str(stated)]


def test_what_is_not_stated_is_further_from_it(tmp_path: Path) -> None:
    for options in ({"invented": 1}, {"invented": 2}, {}):
        synthetic.record(tmp_path, "ce", recipe_options=options)
    (sweep,) = sweeps(load_all(tmp_path))
    assert {reference.values["recipe.invented"] for reference in sweep.references} == {None}


def test_only_points_of_the_same_noise_are_compared(tmp_path: Path) -> None:
    """Two rates and two values of alpha, three seeds: one difference for each rate."""
    cells = [(rate, alpha) for rate in (0.2, 0.4) for alpha in (0.1, 1.0)]
    last = {}
    for rate, alpha in cells:
        for seed in SEEDS:
            lines = synthetic.lines(synthetic.header("sl", rate=rate, seed=seed, loss_options={"alpha": alpha}))
            at_end = [line for line in lines if line["kind"] == "epoch"][-1]
            at_end["test_accuracy"] = last[rate, alpha, seed] = accuracy(alpha, rate, seed)
            synthetic.write(tmp_path, lines)
    (sweep,) = sweeps(load_all(tmp_path))
    p_values = []
    for point, reference, (difference, _) in zip(sweep.points, sweep.references, sweep.differences, strict=True):
        alpha, rate = point.values["loss.alpha"], point.values["noise.rate"]
        assert reference.values == {"loss.alpha": 0.1, "noise.rate": rate}
        own, other = ([100 * last[rate, one, seed] for seed in SEEDS] for one in (alpha, 0.1))
        if alpha != 0.1:
            assert difference.mean == pytest.approx(np.subtract(own, other).mean())
            p_values.append(stats.ttest_rel(own, other).pvalue)
    assert len(p_values) == 2
    assert [p for _, p in sweep.differences if p is not None] == pytest.approx(
        list(stats.false_discovery_control(p_values))
    )
    shown = list(table.text(sweep))
    assert sum(line.endswith("  reference") for line in shown) == 2
    assert "Each noise has its own reference" in shown[-2]
    assert "at least, corrected for the 2 comparisons of this table (Benjamini and Hochberg). " in shown[-1]


def test_one_comparison_is_not_said_to_be_corrected(runs: Path) -> None:
    for run in load_all(runs):
        if run.name("loss") == "ce" or run.loss["beta"] == 0.5 or run.loss["alpha"] == 0.01:
            run.path.unlink()
    sweep = sweep_of(runs)
    assert sum(difference.tested for difference, _ in sweep.differences) == 1
    assert "*: p < 0.05, with 3 seeds at least. Test labels are clean here" in table.markdown(sweep)


def test_noise_rates_alone_are_not_compared(tmp_path: Path) -> None:
    for rate in (0.2, 0.4):
        for seed in SEEDS:
            synthetic.record(tmp_path, "ce", rate=rate, seed=seed)
    (sweep,) = sweeps(load_all(tmp_path))
    assert [(difference.n, p) for difference, p in sweep.differences] == [(0, None)] * 2
    assert "comparisons" not in " ".join(table.text(sweep))


def test_seeds_of_all_points_are_named_and_an_option_that_a_point_lacks_is_a_dash(tmp_path: Path) -> None:
    for seed, options in ((0, {}), (1, {}), (5, {"clip_norm": 4.0})):
        synthetic.record(tmp_path, "ce", seed=seed, recipe_options=options)
    (sweep,) = sweeps(load_all(tmp_path))
    assert [line[0] for line in table.rows(sweep)[1]] == ["4", "–"]
    assert "mean over n seeds (0, 1, 5)" in table.notes(sweep)[0]


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce")
    with pytest.raises(UserError, match="no sweep is in it"):
        choose.main(tmp_path)


def test_refused_pairs_stand_below_the_table(tmp_path: Path) -> None:
    for alpha, version in ((0.1, "2.0"), (1.0, "9.9")):
        for seed in SEEDS:
            path = synthetic.record(tmp_path, "sl", seed=seed, loss_options={"alpha": alpha})
            if seed != 1:
                path.write_text(path.read_text().replace('"torch": "2.0"', f'"torch": "{version}"'))
    sweep = sweep_of(tmp_path)
    assert sorted(difference.n for difference, _ in sweep.differences) == [0, 1]
    line = "Pairs refused: seed 0: PyTorch 2.0 against 9.9; seed 2: PyTorch 2.0 against 9.9."
    assert list(table.text(sweep))[-1] == line
    assert f"- {line}\n" in table.markdown(sweep)
