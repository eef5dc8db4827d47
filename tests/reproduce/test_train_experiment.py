"""Experiments whose records are kept apart."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sl.record import load_all
from sl.reproduce import experiment
from studies.train import train_experiment

SHORT = ("dataset=digits", "recipe.epochs=1", "scale.train_share=0.2", "runtime.device=cpu")


@pytest.mark.slow
def test_what_is_there_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def runs(name: str, seeds: Sequence[int] | None = None) -> Iterator[experiment.Overrides]:
        yield from ((*SHORT, f"loss={name}", f"seed={seed}") for seed in seeds or (0,))

    monkeypatch.setattr(experiment, "runs", runs)
    monkeypatch.chdir(tmp_path)
    assert train_experiment("ce", tmp_path / "runs", 1, scale="paper") == []
    (first,) = load_all(tmp_path / "runs")
    assert (first.seed, first.scale.train_share) == (0, 0.2)
    assert train_experiment("ce", tmp_path / "runs", 1, scale="paper", seeds=[0, 3]) == []
    both = load_all(tmp_path / "runs")
    assert sorted(run.seed for run in both) == [0, 3]
    assert first.started in {run.started for run in both}


def test_scale_auto_is_the_small_one_without_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("studies.train.plan_runs", lambda runs, common: wanted.extend(common) or [])
    assert train_experiment("open_points", tmp_path / "runs", 1) == []
    assert {"scale=cpu", f"runs_dir={tmp_path / 'runs'}"} <= set(wanted)
