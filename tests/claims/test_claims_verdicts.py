"""Every claim on records made so that it must hold, on records made so that it must fail, and on too few records."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from claim_records import Made, accuracies, sheet_of

from sl.claims.baselines import BASELINES, BOOSTED, NOISES
from sl.claims.catalogue import Literature, outcomes, unrecorded
from sl.claims.claim import Outcome
from sl.claims.verdict import Verdict, verdict
from sl.record import Sheet, load_all, sheets
from sl.stats import Estimate
from sl.tables.published import load, load_classes

ROOT = Path(__file__).parents[2]


def against_baselines(sl: Made, other: Made, shown: dict[tuple[str, float], Made]) -> list[Made]:
    """Runs of SL and every baseline under every noise of the paper, those in `shown` as they are."""
    made = []
    for noise in NOISES:
        for loss in ("sl", *BASELINES):
            run = shown.get((loss, noise.rate)) if noise.kind != "asymmetric" else None
            made.append(run or replace(sl if loss == "sl" else other, loss=loss, rate=noise.rate, noise=noise.kind))
    return made


def others(sl: Made, other: Made) -> list[Made]:
    """Runs of the ablation, the parameters and the boosted methods: `sl` where SL should win, else `other`."""
    return [
        replace(other, loss="rce"),
        replace(other, loss="sl", options={"alpha": 0.0, "beta": 5.0}),
        replace(other, loss="sl", options={"alpha": 5.0, "beta": 0.0}),
        replace(other, loss="sl", options={"alpha": 1.0}),
        replace(sl, loss="sl", options={"beta": 2.0, "log_zero": -9.2103 / 2}),
        *(replace(sl, loss=boosted) for boosted in BOOSTED.values()),
    ]


def as_the_paper_says() -> list[Made]:
    sl = Made("sl", 0.4, accuracies(0.93, 0.71), accuracies(0.94, 0.72), (0.05, 0.1), 0.8, 3.0)
    ce = Made("ce", 0.4, accuracies(0.92, 0.6), accuracies(0.85, 0.3), (0.05, 0.4), 0.3, 1.0)
    shown = [
        sl,
        ce,
        replace(ce, loss="lsr"),
        replace(sl, rate=0.6, last=accuracies(0.93, 0.7)),
        replace(ce, rate=0.6, last=accuracies(0.8, 0.2)),
        Made("ce", 0.0, accuracies(0.93, 0.73), accuracies(0.94, 0.74), confidence=0.9, distance=4.0),
        replace(sl, rate=0.0, last=accuracies(0.97, 0.8)),
    ]
    other = replace(ce, distance=None)
    return against_baselines(sl, other, {(run.loss, run.rate): run for run in shown}) + others(sl, other)


def as_it_denies() -> list[Made]:
    sl = Made("sl", 0.4, accuracies(0.5, 0.6), accuracies(0.5, 0.6), (0.4, 0.4), 0.3, 1.0)
    ce = Made("ce", 0.4, accuracies(0.745, 0.755), accuracies(0.795, 0.805), (0.4, 0.05), 0.9, 4.0)
    clean = Made("ce", 0.0, accuracies(0.89, 0.91), accuracies(0.89, 0.91), confidence=0.3, distance=1.0)
    shown = [sl, ce, clean, replace(ce, loss="lsr"), replace(sl, rate=0.6), replace(ce, rate=0.6)]
    other = replace(ce, distance=None)
    return against_baselines(sl, other, {(run.loss, run.rate): run for run in shown}) + others(sl, other)


def measured(sheet: Sheet) -> dict[str, Outcome]:
    return {outcome.claim.id: outcome for outcome in outcomes(sheet, Literature())}


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(sheet_of(tmp_path_factory.mktemp("holding"), as_the_paper_says()))


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(sheet_of(tmp_path_factory.mktemp("failing"), as_it_denies()))


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(sheet_of(tmp_path_factory.mktemp("lacking"), as_the_paper_says(), seeds=(0, 1)))


CLAIMS = [outcome.claim.id for outcome in unrecorded(Literature())]


def test_claims_have_names_of_their_own() -> None:
    assert len(set(CLAIMS)) == len(CLAIMS) > 60


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_can_hold_fail_and_lack_runs(
    claim: str, holding: dict[str, Outcome], failing: dict[str, Outcome], lacking: dict[str, Outcome]
) -> None:
    assert (holding[claim].verdict, holding[claim].estimate.n) == (Verdict.HOLDS, 3)
    exact = bool(holding[claim].claim.proof)
    assert failing[claim].verdict == (Verdict.HOLDS if exact else Verdict.FAILS)
    assert lacking[claim].verdict == (Verdict.HOLDS if exact else Verdict.LACKING)
    assert lacking[claim].estimate.low is None


def test_each_claim_reads_the_records_it_names(holding: dict[str, Outcome]) -> None:
    for outcome in holding.values():
        cells = {(cell.loss, cell.noise) for cell in outcome.claim.cells}
        assert {(run.name("loss"), run.noise) for run in outcome.runs} == cells
        assert len(outcome.runs) == 3 * len(outcome.claim.cells)


@pytest.mark.results
def test_the_page_kept_with_the_records_is_theirs() -> None:
    kept = ROOT / "results" / "claims.json"
    if not kept.is_file():
        pytest.skip("results/claims.json is not written yet: make claims writes it")
    fresh = Literature(load(ROOT / "results" / "paper"), load_classes(ROOT / "results" / "paper"))
    pages = [sheet for sheet in sheets(load_all(ROOT / "results" / "runs")) if sheet.runs]
    expected = [[(o.claim.id, o.verdict.value, list(o.seeds)) for o in outcomes(page, fresh)] for page in pages]
    shown = json.loads(kept.read_text())["sheets"]
    found = [[(line["id"], line["verdict"], line["seeds"]) for line in page["claims"]] for page in shown]
    assert found == expected, "run: make claims"


def test_nothing_recorded() -> None:
    for outcome in unrecorded(Literature()):
        exact = bool(outcome.claim.proof)
        assert outcome.verdict == (Verdict.HOLDS if exact else Verdict.LACKING)
        assert (outcome.estimate.n, outcome.seeds, outcome.runs, outcome.p) == (0, (), (), None)


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (Estimate(2.0, 3, 0.1, 4.0), Verdict.HOLDS),
        (Estimate(-2.0, 3, -4.0, -0.1), Verdict.FAILS),
        (Estimate(2.0, 3, -0.1, 4.0), Verdict.OPEN),
        (Estimate(2.0, 3, 0.0, 4.0), Verdict.OPEN),
        (Estimate(2.0, 2), Verdict.LACKING),
        (Estimate(0.0, 0), Verdict.LACKING),
        (Estimate(2.0, 4, why_none="all the same"), Verdict.OPEN),
    ],
)
def test_the_rule(estimate: Estimate, expected: Verdict) -> None:
    assert verdict(estimate) == expected


def test_runs_contradict_algebra_only_with_a_test() -> None:
    below = Estimate(-2.0, 6, -4.0, -0.1)
    assert verdict(below, 0.25, exact=True) == Verdict.HOLDS
    assert verdict(below, 0.03, exact=True) == Verdict.FAILS
    assert verdict(Estimate(0.0, 0), None, exact=True) == Verdict.HOLDS


def test_no_seed_of_another_run_counts(tmp_path: Path) -> None:
    sl, ce = (run for run in as_the_paper_says() if run.rate == 0.6 and run.loss in ("ce", "sl"))
    for seed in (0, 1, 2, 3):
        ce.write(tmp_path, seed)
    outcome = measured(sheet_of(tmp_path, [sl], seeds=(1, 2, 5)))["sl_vs_ce_symmetric_60"]
    assert outcome.seeds == (1, 2)
    assert outcome.missing == "SL, symmetric 60 %: 3; CE, symmetric 60 %: 4"
