"""Which runs a claim compares: with changed parameters, or with the same product of beta and A."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from claim_records import CE, run_group_of

from sl.claims.claim import Cell, SameProduct
from sl.comparison import RunGroup
from sl.paper import USUAL_NOISE
from sl.record import Noise


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> RunGroup:
    """SL as on the page under two noises, and with other parameters under one."""
    page = replace(CE, loss="sl")
    changed = [{"alpha": 1.0}, {"alpha": 0.01}, {"beta": 2.0}, {"beta": 2.0, "log_zero": -4.6052}]
    made = [page, replace(page, rate=0.6), *(replace(page, options=options) for options in changed)]
    return run_group_of(tmp_path_factory.mktemp("sweep"), made, seeds=(0, 1))


def test_a_cell_with_changed_parameters(sweep: RunGroup) -> None:
    for alpha, n in ((0.1, 2), (1.0, 2), (0.01, 2), (10.0, 0)):
        series = Cell("sl", USUAL_NOISE, (("alpha", alpha),)).series(sweep)
        assert (series.n if series else 0) == n
        assert series is None or {run.config.loss["alpha"] for run in series.runs} == {alpha}
    assert Cell("sl", Noise("symmetric", 0.2), (("alpha", 0.1),)).series(sweep) is None


def test_the_same_product_of_beta_and_log_zero(sweep: RunGroup) -> None:
    """A recorded A has four decimals: 2 * 4.6052 is not quite 9.2103."""
    series = SameProduct("sl", USUAL_NOISE).series(sweep)
    assert {(run.config.loss["beta"], run.config.loss["log_zero"]) for run in series.runs} == {(2.0, -4.6052)}
    assert SameProduct("sl", Noise("symmetric", 0.6)).series(sweep) is None
    assert SameProduct("ce", USUAL_NOISE).series(sweep) is None


def test_with_another_alpha_the_same_product_is_no_pair(tmp_path: Path) -> None:
    """Algebra does not say that these are equal."""
    page = replace(CE, loss="sl")
    other = replace(page, options={"alpha": 1.0, "beta": 2.0, "log_zero": -9.2103 / 2})
    assert SameProduct("sl", USUAL_NOISE).series(run_group_of(tmp_path, [page, other], seeds=(0,))) is None


def test_nearly_the_same_product_is_no_pair(tmp_path: Path) -> None:
    """One hundredth more is another loss."""
    page = replace(CE, loss="sl")
    other = replace(page, options={"beta": 2.0, "log_zero": -9.2103 / 2 * 1.01})
    assert SameProduct("sl", USUAL_NOISE).series(run_group_of(tmp_path, [page, other], seeds=(0,))) is None


def test_runs_of_sl_without_one_of_its_parameters_are_no_pair(tmp_path: Path) -> None:
    """`~loss.log_zero` on the command line is accepted: the loss takes its own default."""
    page = replace(CE, loss="sl")
    for seed in (0, 1):
        for options in ({}, {"beta": 2.0, "log_zero": -9.2103 / 2}):
            replace(page, options=options).write(tmp_path, seed)
    same = SameProduct("sl", USUAL_NOISE)
    assert same.series(run_group_of(tmp_path, [])).n == 2
    for name in ("alpha", "beta", "log_zero"):
        path = replace(page, options={name: None}).write(tmp_path, 7)
        first, rest = path.read_text().split("\n", 1)
        head = json.loads(first)
        del head["config"]["loss"][name]
        path.write_text(f"{json.dumps(head)}\n{rest}")
    found = same.series(run_group_of(tmp_path, []))
    assert {(run.loss["beta"], run.loss["log_zero"]) for run in found.runs} == {(2.0, -4.60515)}
    alone = tmp_path / "alone"
    (alone / path.parent.name).mkdir(parents=True)
    path.rename(alone / path.parent.name / path.name)
    assert same.series(run_group_of(alone, [])) is None
