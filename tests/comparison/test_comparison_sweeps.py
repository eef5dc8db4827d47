"""Which runs are the points of one sweep, and which point the others are compared with."""

from pathlib import Path

import numpy as np
import pytest
import synthetic
import yaml
from scipy import stats
from sweep_runs import SEEDS, accuracy

from sl.comparison.sweeps import sweeps
from sl.figures.sweep import draw
from sl.paths import CONFIG_DIR
from sl.record import load_all
from sl.tables import sweep as table


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


@pytest.mark.parametrize(("epochs", "name"), [((1, 3), "all or some"), ((30, 3), "all or some"), ((30, 60), "full")])
def test_neither_title_nor_caption_names_one_runs_value_of_what_varies(
    tmp_path: Path, epochs: tuple[int, ...], name: str
) -> None:
    for count in epochs:
        options = {"epochs": count, "lr": 0.2}
        synthetic.record(tmp_path, "ce", dataset="digits", scale="paper", epochs=count, recipe_options=options)
    (sweep,) = sweeps(load_all(tmp_path))
    assert sweep.varied == ("recipe.epochs",)
    caption = draw(sweep).texts[-1].get_text().replace("\n", " ")
    for shown in (sweep.title, caption):
        assert f"Digits · {name}" in shown
        assert "test images, a varied number of epochs · recipe authors_code (lr 0.1 → 0.2), network Cnn8" in shown


def test_a_rate_of_zero_does_not_hide_the_noise_that_varies(tmp_path: Path) -> None:
    for rate in (0.0, 0.2, 0.4):
        synthetic.record(tmp_path, "ce", "asymmetric", rate, noise_options={"std": 0.1})
    (sweep,) = sweeps(load_all(tmp_path))
    assert sweep.loss_and_noise == "CE, asymmetric (std 0.1)"
    for std in (0.1, 0.3):
        synthetic.record(tmp_path / "std", "ce", "asymmetric", noise_options={"std": std})
    (sweep,) = sweeps(load_all(tmp_path / "std"))
    assert sweep.loss_and_noise == "CE, asymmetric 40 %"


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
            at_end = last[rate, alpha, seed] = accuracy(alpha, rate, seed)
            synthetic.ending(tmp_path, at_end, "sl", rate=rate, seed=seed, loss_options={"alpha": alpha})
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


def test_noise_rates_alone_are_not_compared(tmp_path: Path) -> None:
    for rate in (0.2, 0.4):
        for seed in SEEDS:
            synthetic.record(tmp_path, "ce", rate=rate, seed=seed)
    (sweep,) = sweeps(load_all(tmp_path))
    assert [(difference.n, p) for difference, p in sweep.differences] == [(0, None)] * 2
    assert "comparisons" not in " ".join(table.text(sweep))
