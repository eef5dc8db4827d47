"""Which runs an experiment has, and in which order."""

from pathlib import Path

import pytest
import torch
from wanted_runs import WANTED

from sl.config.compose import compose_run, hydra_ready
from sl.errors import UserError
from sl.paths import CONFIG_DIR
from sl.reproduce import experiment
from sl.reproduce.plan import decided_scale, plan_runs
from sl.train.described import describe_run


def test_comma_lists_expand_like_a_sweep() -> None:
    assert experiment.expand("dataset=cifar10 noise.rate=0.2,0.4 loss=ce,sl") == [
        ("dataset=cifar10", "noise.rate=0.2", "loss=ce"),
        ("dataset=cifar10", "noise.rate=0.2", "loss=sl"),
        ("dataset=cifar10", "noise.rate=0.4", "loss=ce"),
        ("dataset=cifar10", "noise.rate=0.4", "loss=sl"),
    ]


def test_every_cell_comes_once_before_any_comes_twice() -> None:
    seeds = [run[-1] for run in experiment.runs("table_cifar10")]
    assert seeds == sorted(seeds)
    assert len(seeds) == 6 * 49  # 7 methods x 7 noise settings, 6 seeds


@pytest.mark.slow
def test_cifar10_starts_with_the_figures_and_trains_nothing_twice(tmp_path: Path) -> None:
    runs = list(experiment.runs("cifar10", [0]))
    assert {override for override in runs[0] if "=" in override} >= {"noise.rate=0.4", "loss=ce"}
    with hydra_ready():
        plan = plan_runs(runs, ["scale=cpu", f"runs_dir={tmp_path}"])
    assert len(plan) == 101 < len(runs)  # the table has 49
    assert len({run.identity for run in plan}) == 101


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [path.stem for path in (CONFIG_DIR / "experiment").glob("*.yaml") if path.stem != "cifar10"]
)
def test_every_experiment_can_be_planned(name: str, tmp_path: Path) -> None:
    assert plan_runs(experiment.runs(name, [0]), ["scale=cpu", f"runs_dir={tmp_path}"])


def test_cifar10_has_one_seed_of_every_cell_before_more_seeds() -> None:
    """After the runs of the figures, which come with all their seeds."""
    runs = list(experiment.runs("cifar10"))
    figures = list(experiment.runs("figures"))
    assert runs[: len(figures)] == figures
    seeds = [int(run[-1].removeprefix("seed=")) for run in runs[len(figures) :]]
    assert seeds == sorted(seeds)
    once = {run[:-1] for run in runs[len(figures) :] if run[-1] == "seed=0"}
    assert once == {run[:-1] for run in runs[len(figures) :]}


def test_seeds_of_parts_and_seeds_that_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "whole": {"first": ["begin"], "parts": ["part"], "runs": ["loss=ce"], "seeds": [0, 1]},
        "begin": {"runs": ["loss=sl"], "seeds": [0, 1]},
        "part": {"runs": ["loss=gce"], "seeds": [0]},
    }
    monkeypatch.setattr(experiment, "load", files.__getitem__)
    own = [("sl", 0), ("sl", 1), ("gce", 0), ("ce", 0), ("ce", 1)]
    assert list(experiment.runs("whole")) == [(f"loss={loss}", f"seed={seed}") for loss, seed in own]
    assert list(experiment.runs("whole", [5])) == [(f"loss={loss}", "seed=5") for loss in ("sl", "gce", "ce")]
    files["more"] = {"parts": ["whole"], "runs": ["loss=lsr"], "seeds": [0]}
    assert set(experiment.runs("more")) == {*experiment.runs("whole"), ("loss=lsr", "seed=0")}


@pytest.mark.parametrize(("shares", "name"), [((), "paper"), (("scale.train_share=0.5",), "cpu")])
def test_a_scale_that_leaves_nothing_out_is_the_papers(shares: tuple[str, ...], name: str, tmp_path: Path) -> None:
    """On digits scale=cpu is the whole data set for all epochs: the same page as scale=paper."""
    (planned,) = plan_runs([("dataset=digits", *shares)], ["scale=cpu", f"runs_dir={tmp_path}"])
    assert planned.cell.names["scale"] == name


@pytest.mark.parametrize(("device", "scale"), [("cuda", "paper"), ("cpu", "cpu")])
def test_a_gpu_takes_the_papers_scale_unless_another_is_asked_for(
    device: str, scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.reproduce.plan.find_device", lambda _: torch.device(device))
    assert decided_scale("auto", "auto") == scale
    assert [decided_scale(asked, "auto") for asked in ("cpu", "paper")] == ["cpu", "paper"]


@pytest.mark.parametrize("text", ["x", -1, 1.5, []])
def test_wrong_seeds_are_refused(text: object) -> None:
    with pytest.raises(UserError, match="seeds="):
        experiment.parse_seeds(text)


def test_a_cell_composed_once_gives_the_identities_of_its_single_runs(tmp_path: Path) -> None:
    common = ("scale=cpu", f"runs_dir={tmp_path}", "data_dir=nowhere")
    runs = list(experiment.runs("fig1", [0, 3]))
    runs.append((*runs[0], "seed=7"))  # the last one counts
    with hydra_ready():
        alone = [describe_run(compose_run((*run, *common))).identity for run in runs]
    assert [run.identity for run in plan_runs(runs, common)] == alone
    assert len(set(alone)) == len(runs)


def test_a_plan_is_told_as_it_grows(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(UserError):
        plan_runs([WANTED[0], ("loss=nothing",)], [f"runs_dir={tmp_path}"], lambda run: told.append(run.identity))
    assert len(told) == 1


def test_the_figures_begin_with_what_shows_most() -> None:
    """One seed of the seven cells, then the other seeds of CE and SL at 40 %, then the rest."""
    found = [
        (dict(part.split("=", 1) for part in run).get("noise.rate"), *run[-3:])
        for run in dict.fromkeys(experiment.runs("figures"))
    ]
    order = [(rate, loss.removeprefix("loss="), int(seed.removeprefix("seed="))) for rate, loss, _, seed in found]
    seven = [("0.4", "ce"), ("0.4", "sl"), (None, "ce"), ("0.6", "sl"), ("0.6", "ce"), ("0.4", "gce"), ("0.4", "lsr")]
    assert order[:7] == [(*cell, 0) for cell in seven]
    assert order[7:11] == [("0.4", loss, seed) for seed in (1, 2) for loss in ("ce", "sl")]
    assert order[11:] == [(*cell, seed) for seed in (1, 2) for cell in seven[2:]]


@pytest.mark.parametrize(
    ("scale", "device", "gpus", "found"),
    [
        ("auto", "auto", 1, "paper"),
        ("auto", "auto", 0, "cpu"),
        ("auto", "cpu", 1, "cpu"),
        ("cpu", "cuda", 1, "cpu"),
        ("paper", "cpu", 0, "paper"),
    ],
)
def test_the_scale_is_the_papers_on_a_gpu_unless_one_is_chosen(
    scale: str, device: str, gpus: int, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: gpus > 0)
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    assert decided_scale(scale, device) == found
