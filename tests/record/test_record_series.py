from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from sl.config.compose import compose_run
from sl.record import CLEAN, Noise, Run, Series, load_all, matched, paired_difference, read, run_groups
from sl.record.group_order import in_order
from sl.record.pairs import conflict
from sl.record.stated import stated_parameters

NOISY = Noise("symmetric", 0.4)


def test_series_mean_and_sample_deviation(tmp_path: Path) -> None:
    for seed in (2, 0, 1):
        synthetic.record(tmp_path, seed=seed)
    series = Series.of(load_all(tmp_path))
    last = np.array([run.last() for run in series.runs])
    assert series.seeds == (0, 1, 2)
    assert series.mean(lambda run: run.last()) == pytest.approx(last.sum() / 3)
    assert series.std(lambda run: run.last()) == pytest.approx(np.sqrt(((last - last.mean()) ** 2).sum() / 2))


def test_one_run_has_no_deviation(tmp_path: Path) -> None:
    synthetic.record(tmp_path)
    assert np.isnan(Series.of(load_all(tmp_path)).std(lambda run: run.class_curve())).all()


def test_a_sheet_holds_what_differs_in_noise_loss_and_seed_only(tmp_path: Path) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed)
        synthetic.record(tmp_path, "sl", seed=seed)
    synthetic.record(tmp_path, "ce", "none")
    synthetic.record(tmp_path, "ce", recipe_options={"lr": 0.5})
    synthetic.record(tmp_path, "ce", epochs=5)
    first, *others = in_order(load_all(tmp_path))
    assert [len(group.runs) for group in (first, *others)] == [5, 1, 1]
    assert first.noises == [CLEAN, NOISY]
    assert first.series("ce", NOISY).seeds == (0, 1)
    assert first.series("sl") is None


def test_of_recipes_equally_far_from_todays_the_one_with_most_runs_comes_first(tmp_path: Path) -> None:
    """Neither the values that differ nor the names of recipes that are not the usual one decide."""
    made = [("authors_code", 0.3, 1), ("authors_code", 0.5, 2), ("apl", 0.3, 1), ("sce_pytorch", 0.3, 3)]
    for recipe, lr, seeds in made:
        for seed in range(seeds):
            synthetic.record(tmp_path, "ce", seed=seed, recipe=recipe, recipe_options={"lr": lr}, scale="mine")
    shown = [
        (group.names[2], group.head.config.recipe["lr"], len(group.runs)) for group in in_order(load_all(tmp_path))
    ]
    assert shown == [made[1], made[0], made[3], made[2]]


def test_a_series_never_mixes_parameters_of_the_loss(tmp_path: Path) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path, "sl", seed=seed)
    synthetic.record(tmp_path, "sl", seed=2, loss_options={"alpha": 0.5})
    (group,) = run_groups(load_all(tmp_path))
    assert group.variant("sl")["alpha"] == 0.1
    assert group.series("sl", NOISY).seeds == (0, 1)


def test_variants_are_the_points_of_a_sweep(tmp_path: Path) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path, "sl", seed=seed)
    synthetic.record(tmp_path, "sl", seed=1, loss_options={"alpha": 1})
    synthetic.record(tmp_path, "sl", "none")
    (group,) = run_groups(load_all(tmp_path))
    points = {values["alpha"]: series.seeds for values, series in group.variants("sl", NOISY)}
    assert points == {0.1: (0, 1), 1: (1,)}
    assert group.variants("ce", NOISY) == []


def test_paired_differences_are_of_seeds_that_both_ran(tmp_path: Path) -> None:
    for loss, seeds in (("ce", (0, 1, 2)), ("sl", (1, 2, 3))):
        for seed in seeds:
            synthetic.record(tmp_path, loss, seed=seed)
    (group,) = run_groups(load_all(tmp_path))
    ce, sl = group.series("ce", NOISY), group.series("sl", NOISY)
    expected = [sl.runs[place].last() - ce.runs[place + 1].last() for place in (0, 1)]
    assert np.allclose(paired_difference(ce, sl, Run.last)[0], expected)
    assert paired_difference(Series(ce.runs[:1]), sl, Run.last)[0].size == 0


def of_version(root: Path, loss: str, seed: int, version: str) -> None:
    lines = synthetic.lines(synthetic.header(loss, seed=seed))
    lines[0]["provenance"]["packages"]["torch"] = version
    synthetic.write(root, lines)


def test_only_like_is_compared_with_like(tmp_path: Path) -> None:
    """Another PyTorch or other wrong labels refuse a pair, and the reason is said; all runs stay in the means."""
    for loss, versions in (("ce", ("2.14.1", "2.14.1", "2.15.0")), ("sl", ("2.14.1", "2.15.0", "2.15.0"))):
        for seed, version in enumerate(versions):
            of_version(tmp_path, loss, seed, version)
    (group,) = run_groups(load_all(tmp_path))
    ce, sl = group.series("ce", NOISY), group.series("sl", NOISY)
    pair, refused = matched(ce, sl)
    assert [series.seeds for series in pair] == [(0, 2), (0, 2)]
    assert refused == ["seed 1: PyTorch 2.14.1 against 2.15.0"]
    difference, reasons = paired_difference(ce, sl, Run.last)
    assert difference.shape == (2,)
    assert reasons == refused
    assert ce.seeds == sl.seeds == (0, 1, 2)
    lines = synthetic.lines(synthetic.header("sl"))
    lines[0]["noise"]["fingerprint"] = "another"
    other = read(synthetic.write(tmp_path / "other", lines))
    assert matched(ce, Series((other, *sl.runs[1:])))[1][0] == "seed 0: the wrong labels differ"


def test_another_precision_or_recipe_value_is_another_sheet(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", recipe_options={"p_min": 1e-7})
    lines = synthetic.lines(synthetic.header("ce", recipe_options={"bn_momentum": 0.5}))
    lines[0]["config"]["precision"] = "bfloat16"
    synthetic.write(tmp_path, lines)
    lines = synthetic.lines(synthetic.header("ce", recipe_options={"bn_momentum": 0.5, "p_min": None}))
    synthetic.write(tmp_path, lines)
    assert [[run.seed for run in group.runs] for group in run_groups(load_all(tmp_path))] == [[0], [0], [0]]


def test_another_network_is_another_sheet(tmp_path: Path) -> None:
    for seed, network in enumerate(("Cnn8", "Cnn4")):
        lines = synthetic.lines(synthetic.header("ce", seed=seed))
        lines[0]["config"]["model"]["_target_"] = f"sl.models.{network}"
        synthetic.write(tmp_path, lines)
    assert sorted(group.head.seed for group in run_groups(load_all(tmp_path))) == [0, 1]


def test_a_later_sweep_moves_no_row(tmp_path: Path) -> None:
    """What stands for a loss is what configs/ states for it, whatever was run more often or under more noises."""
    synthetic.record(tmp_path, "sl")
    synthetic.record(tmp_path, "gce")
    for seed in range(4):
        for noise in ("none", "symmetric", "asymmetric"):
            synthetic.record(tmp_path, "sl", noise, seed=seed, loss_options={"alpha": 6.0, "beta": 0.1})
            synthetic.record(tmp_path, "gce", noise, seed=seed, loss_options={"q": 0.5})
    (group,) = run_groups(load_all(tmp_path))
    assert (group.variant("sl")["alpha"], group.variant("gce")["q"]) == (0.1, 0.7)
    assert group.series("sl", NOISY).n == 1


def test_stated_parameters_are_those_of_the_composed_run() -> None:
    for dataset, recipe, loss in (
        ("mnist", "authors_code", "sl"),
        ("cifar100", "apl", "lsr_sl"),
        ("cifar10", "apl", "ce"),
    ):
        whole = compose_run([f"dataset={dataset}", f"recipe={recipe}", f"loss={loss}"]).loss
        assert {"_target_": whole["_target_"], **stated_parameters(dataset, recipe, loss)} == whole
    assert stated_parameters("cifar10", "authors_code", "toy") == {}


def test_what_was_begun_first_stands_for_a_loss_that_configs_do_not_know(tmp_path: Path) -> None:
    for alpha, started in ((0.5, "2026-01-02"), (0.7, "2026-01-01"), (0.9, "2026-01-03")):
        lines = synthetic.lines(synthetic.header("sl", loss_options={"alpha": alpha}))
        lines[0]["config"]["names"]["loss"] = "toy"
        lines[0]["provenance"]["started"] = started
        synthetic.write(tmp_path, lines)
    (group,) = run_groups(load_all(tmp_path))
    assert group.variant("toy")["alpha"] == 0.7


def test_unfinished_runs_are_in_no_series(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header("ce", seed=7))
    synthetic.write(tmp_path, record[:3])
    (group,) = run_groups(load_all(tmp_path))
    assert group.runs == ()
    assert group.series("ce", NOISY) is None
    assert [run.seed for run in group.pending("ce", NOISY)] == [7]


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


def test_runs_of_another_precision_are_no_pair(tmp_path: Path) -> None:
    """Across groups, where nothing else keeps them apart."""
    lines = synthetic.lines(synthetic.header("sl"))
    lines[0]["config"]["precision"], lines[0]["identity"] = "bfloat16", "0" * 16
    synthetic.write(tmp_path, lines)
    synthetic.record(tmp_path, "ce")
    runs = sorted(load_all(tmp_path), key=lambda run: run.name("loss"))
    found, reasons = matched(*(Series.of([run]) for run in runs))
    assert (found, reasons) == ([], ["seed 0: precision bfloat16 against float32"])
    assert conflict(runs, precision=False) == ""
