"""Which runs stand on one page, in which order pages come, and which parameters stand for a loss."""

import json
from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.comparison import run_groups
from sl.comparison.group_order import in_order, recipe_differences
from sl.record import CLEAN, Noise, load_all

NOISY = Noise("symmetric", 0.4)


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


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("config", {"precision": "bfloat16"}),
        ("config", {"holdout": 0.25}),
        ("config", {"holdout": 0.25, "fold": "1/4"}),
        ("config", {"fold": "1/4"}),
        ("config", {"fold": "2/4"}),
        ("data", {"fingerprint": "other"}),
        ("data", {"labels": "given"}),
        ("scale", {"train_share": 0.5}),
        ("model", {"_target_": "sl.models.Cnn4"}),
        ("recipe", {"lr": 0.5}),
        ("recipe", {"p_min": None}),
        ("names", {"dataset": "mine"}),
        ("names", {"scale": "mine"}),
        ("names", {"recipe": "mine"}),
    ],
)
def test_whatever_runs_have_in_common_makes_another_sheet(tmp_path: Path, part: str, changes: dict[str, Any]) -> None:
    """Each alone; runs of one fold are no runs of another, and none of a holdout of the same size."""
    synthetic.record(tmp_path, "ce")
    for number, more in enumerate(({"holdout": 0.5}, {"fold": "3/4"})):
        other = synthetic.header("ce") | {"identity": f"{number:016x}"}
        other["config"] |= more
        synthetic.write(tmp_path, synthetic.lines(other))
    changed = synthetic.header("ce") | {"identity": "f" * 16}
    (changed if part in changed else changed["config"])[part] |= changes
    synthetic.write(tmp_path, synthetic.lines(changed))
    assert [len(group.members) for group in run_groups(load_all(tmp_path))] == [1] * 4


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


def test_pending_are_the_unfinished_runs_of_one_cell(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce", seed=0)
    for loss, noise, seed in (("ce", "symmetric", 1), ("sl", "symmetric", 2), ("ce", "none", 3)):
        synthetic.write(tmp_path, synthetic.lines(synthetic.header(loss, noise, seed=seed))[:3])
    synthetic.diverged(tmp_path, "ce", seed=4)
    (group,) = run_groups(load_all(tmp_path))
    assert sorted(run.seed for run in group.pending("ce", NOISY)) == [1, 4]
    assert [run.seed for run in group.diverged] == [4]


def test_the_papers_data_come_before_ones_own_and_what_is_finished_before_all_else(tmp_path: Path) -> None:
    """One's own data set is whole too, but at no scale of the paper."""
    synthetic.own(tmp_path, "ce")
    synthetic.record(tmp_path, "ce")
    synthetic.record(tmp_path, "ce", dataset="mnist", scale="paper", epochs=50)
    synthetic.write(tmp_path, synthetic.lines(synthetic.header("ce", scale="paper", epochs=120))[:4])
    shown = [group.names[:2] for group in in_order(load_all(tmp_path))]
    assert shown == [("mnist", "paper"), ("cifar10", "cpu"), ("folder", "paper"), ("cifar10", "paper")]


def test_training_on_all_images_comes_before_more_runs_that_held_some_out(tmp_path: Path) -> None:
    synthetic.record(tmp_path, "ce")
    for seed in (0, 1):
        head = synthetic.header("ce", seed=seed)
        head["config"]["holdout"] = 0.25
        synthetic.write(tmp_path, synthetic.lines(head | {"identity": f"{seed:016x}"}))
    assert [group.head.holdout for group in in_order(load_all(tmp_path))] == [None, 0.25]


def test_groups_of_the_same_names_say_how_they_differ_from_the_first(tmp_path: Path) -> None:
    """The recipe, the network, the precision and what is held out; another data set begins anew."""
    heads = [synthetic.header("ce", recipe_options={"lr": lr}) for lr in (0.01, 0.01, 0.5)]
    heads[1]["config"]["model"]["_target_"] = "sl.models.Cnn4"
    heads[2]["config"]["precision"] = "bfloat16"
    heads.append(synthetic.header("ce", dataset="mnist", recipe_options={"lr": 0.7}))
    heads.append(synthetic.header("ce", recipe_options={"lr": 0.01}))
    heads[-1]["config"] |= {"holdout": 0.25, "fold": "1/4"}
    groups = []
    for number, head in enumerate(heads):
        synthetic.write(tmp_path / str(number), synthetic.lines(head))
        groups += run_groups(load_all(tmp_path / str(number)))
    said = ["", "network Cnn8 → Cnn4", "lr 0.01 → 0.5, precision float32 → bfloat16", ""]
    said.append("holdout none → 0.25, fold none → 1/4")
    assert recipe_differences(groups) == said


def test_runs_on_corrected_labels_or_another_split_of_own_data_say_so(tmp_path: Path) -> None:
    drawn = "20 % of every class is drawn for testing (split_seed={})"
    groups = []
    for number, (fingerprint, seed) in enumerate([("as given", 0), ("as given", 0), ("corrected", 0), ("other", 1)]):
        path = synthetic.own(tmp_path / str(number), "ce")
        head, *rest = map(json.loads, path.read_text().splitlines())
        head["data"] |= {"fingerprint": fingerprint, "split": drawn.format(seed)}
        synthetic.write(path.parents[1], [head, *rest])
        groups += run_groups(load_all(tmp_path / str(number)))
    said = ["", "", "other labels or pictures", f"another split ({drawn.format(1)})"]
    assert recipe_differences(groups) == said


def test_other_files_of_a_data_set_with_known_labels_say_so(tmp_path: Path) -> None:
    for fingerprint in ("a", "b"):
        head = synthetic.header(dataset="mine")
        head["data"]["fingerprint"] = head["config"]["dataset"]["fingerprint"] = fingerprint
        synthetic.write(tmp_path, synthetic.lines({**head, "identity": 16 * fingerprint}))
    assert recipe_differences(run_groups(load_all(tmp_path))) == ["", "other labels or pictures"]


def test_own_pictures_of_another_size_and_a_network_with_other_options_are_another_group(tmp_path: Path) -> None:
    """Their fingerprints, of the files, and the names of their networks are the same."""
    for number, (size, weights) in enumerate([(32, None), (64, None), (64, "resnet18-5c106cde.pth")]):
        head, *rest = map(json.loads, synthetic.own(tmp_path, "ce").read_text().splitlines())
        head["config"]["dataset"]["image_size"] = size
        head["config"]["model"] = {"_target_": "sl.models.TorchVision", "name": "resnet18", "weights": weights}
        synthetic.write(tmp_path, [{**head, "identity": f"{number:016x}"}, *rest])
    groups = [group for group in run_groups(load_all(tmp_path)) if "image_size" in group.head.config.dataset]
    assert [len(group.runs) for group in groups] == [1, 1, 1]
    ordered = sorted(groups, key=lambda group: group.head.identity)
    both = "weights none → resnet18-5c106cde.pth, image_size 32 → 64"
    assert recipe_differences(ordered) == ["", "image_size 32 → 64", both]
