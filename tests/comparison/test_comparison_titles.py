"""What captions say of runs: a changed recipe, where they come from, how long they took."""

from pathlib import Path

import pytest
import synthetic

from sl.comparison import conflict
from sl.comparison.titles import durations, origin, setting
from sl.record import read


def test_a_recipe_that_was_changed_says_so(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, recipe="authors_code", recipe_options={"lr": 0.025}))
    assert "· recipe authors_code (lr 0.01 → 0.025), network" in setting(run)
    assert "· recipe authors_code, network" in setting(run, ["recipe.lr"])  # of a sweep over it


def test_networks_of_a_sweep_over_them_are_not_called_as_one(tmp_path: Path) -> None:
    head = synthetic.header()
    head["config"]["model"] = {"_target_": "sl.models.TorchVision", "name": "resnet18"}
    head["config"]["names"]["model"] = "torchvision"
    run = read(synthetic.write(tmp_path, synthetic.lines(head)))
    assert setting(run).endswith("network resnet18")
    assert setting(run, ["model.name"]).endswith("network varied")


def test_an_option_that_the_recipe_does_not_state_says_so(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, recipe_options={"head_lr_factor": 10}))
    assert "· recipe authors_code (head_lr_factor none → 10), network" in setting(run)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [("authors_code", "authors_code (bn_zero_debias true → false, p_min 1e-07 → 0)"), ("apl", "apl")],
)
def test_a_record_from_before_an_option_says_what_the_run_did_without_it(
    tmp_path: Path, recipe: str, words: str
) -> None:
    """Published code of the follow-up clips nothing, so `apl` was followed."""
    head = synthetic.header(recipe=recipe)
    for option in ("p_min", "bn_zero_debias"):
        del head["config"]["recipe"][option]
    assert f"· recipe {words}, network" in setting(read(synthetic.write(tmp_path, synthetic.lines(head))))


def test_a_recipe_of_ones_own_states_nothing(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, recipe="mine", recipe_options={"p_min": 1e-7}))
    assert "· recipe mine, network" in setting(run)


def test_what_was_typed_for_a_recipe_of_ones_own_is_said(tmp_path: Path) -> None:
    head = synthetic.header(recipe="mine", recipe_options={"lr": 0.02, "clip_norm": None})
    run = read(synthetic.write(tmp_path, synthetic.lines({**head, "recipe_typed": ["lr", "clip_norm"]})))
    assert "· recipe mine (lr 0.02, clip_norm none), network" in setting(run)
    assert "· recipe mine (clip_norm none), network" in setting(run, ["recipe.lr"])


def test_origin_names_seeds_device_and_commits(tmp_path: Path) -> None:
    heads = [synthetic.header(seed=seed) for seed in (0, 4)]
    heads[1]["provenance"] |= {"commit": "fedcba98", "dirty": True, "packages": {"torch": "2.1"}}
    runs = [read(synthetic.write(tmp_path, synthetic.lines(head))) for head in heads]
    assert origin(runs) == (
        "2 runs, 2 seeds (0, 4) · cpu: invented, 1 thread · float32 · PyTorch 2.0, 2.1 · "
        "commit 0123456, fedcba9 with uncommitted changes"
    )


def test_origin_names_where_a_run_was_resumed_and_code_that_may_be_changed_is_not_said_to_be(tmp_path: Path) -> None:
    head, *lines = synthetic.lines(synthetic.header())
    head["provenance"] |= {"commit": "a" * 40, "dirty": None}
    copy = head["provenance"] | {"commit": None, "packages": {"sl": "1.2", "torch": "2.1"}, "device": "another"}
    run = read(synthetic.write(tmp_path, [head, {"kind": "resume", "epoch": 0, "provenance": copy}, *lines]))
    assert origin([run]) == (
        "1 run, 1 seed (0) · cpu: invented, 1 thread; another · float32 · PyTorch 2.0, 2.1 · "
        "commit aaaaaaa, unknown, sl 1.2"
    )


def test_durations_are_those_of_the_records(tmp_path: Path) -> None:
    runs = [read(synthetic.record(tmp_path, seed=seed)) for seed in (0, 1)]
    assert durations(runs) == "12.0 to 12.0 seconds a run"
    for seed, seconds, said in ((2, 119.0, "12.0 to 119.0 seconds a run"), (3, 690.0, "0.2 to 11.5 minutes a run")):
        lines = synthetic.lines(synthetic.header(seed=seed))
        lines[-1]["seconds"] = seconds
        runs.append(read(synthetic.write(tmp_path, lines)))
        assert durations(runs) == said
    assert durations([]) == "no run is finished"


def test_a_run_whose_system_names_no_version_of_pytorch_has_an_origin_and_a_pair(tmp_path: Path) -> None:
    heads = [synthetic.header(loss) for loss in ("ce", "sl")]
    for head in heads:
        head["provenance"]["packages"] = {"sl": "1"}
    runs = [read(synthetic.write(tmp_path, synthetic.lines(head))) for head in heads]
    assert "PyTorch unknown · commit" in origin(runs)
    assert conflict(runs) == ""
