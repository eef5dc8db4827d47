"""Every claim on records made so that it is supported, contradicted, or has too few runs."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import sklearn.metrics
from claim_records import Made, accuracies, run_group_of
from scipy import stats

from sl.claims.catalogue import catalogue
from sl.claims.evaluate import outcomes
from sl.claims.outcome import Outcome
from sl.claims.rule import Verdict, decide
from sl.comparison import RunGroup, run_groups
from sl.figures import representation
from sl.paper import BOOSTED, COMPARED, HIGHER_NOISE, USUAL_NOISE, table_noise
from sl.record import load_all
from sl.stats import Inference
from sl.tables import Literature, load

PAPER = Path(__file__).parents[2] / "results" / "paper"
FACTS = Literature(facts=load(PAPER).facts)


def others(sl: Made, other: Made) -> list[Made]:
    """Runs of the ablation, the parameters and the boosted methods: `sl` where SL should win, else `other`."""
    return [
        replace(other, loss="rce", memorised=sl.memorised),
        replace(other, loss="sl", options={"beta": 0.0}),
        replace(other, loss="sl", options={"alpha": 0.0, "beta": 5.0}),
        replace(other, loss="sl", options={"alpha": 5.0, "beta": 0.0}),
        replace(other, loss="sl", options={"alpha": 1.0}),
        replace(sl, loss="sl", options={"beta": 2.0, "log_zero": -9.2103 / 2}),
        *(replace(sl, loss=boosted) for boosted in BOOSTED.values()),
    ]


def table(sl: Made, other: Made) -> list[Made]:
    """Runs of SL and of the other methods under the noises of the main table that no figure has."""
    return [
        replace(sl if loss == "sl" else other, loss=loss, noise=noise.kind, rate=noise.rate)
        for noise in table_noise("cifar10")
        for loss in COMPARED
        if noise != USUAL_NOISE and (loss, noise) not in {("ce", HIGHER_NOISE), ("sl", HIGHER_NOISE)}
    ]


def as_the_paper_says() -> list[Made]:
    sl = Made("sl", 0.4, accuracies(0.93, 0.71), accuracies(0.94, 0.72), (0.05, 0.1), 0.8, 3.0, fitted=0.9)
    ce = Made("ce", 0.4, accuracies(0.95, 0.28), accuracies(0.85, 0.3), (0.05, 0.4), 0.3, 1.0, by_class=(0.5, 0.3))
    other = replace(ce, distance=None, by_class=None)
    return [
        sl,
        ce,
        *(replace(other, loss=loss) for loss in ("lsr", "gce", "forward", "bootstrap_hard", "d2l")),
        replace(sl, rate=0.6, last=accuracies(0.93, 0.7)),
        replace(ce, rate=0.6, last=accuracies(0.8, 0.2)),
        Made("ce", 0.0, accuracies(0.93, 0.73), accuracies(0.94, 0.64), confidence=0.9, distance=4.0),
        *others(sl, other),
        *table(sl, other),
    ]


def as_it_denies() -> list[Made]:
    sl = Made("sl", 0.4, accuracies(0.4, 0.7), accuracies(0.4, 0.7), (0.4, 0.4), 0.3, 1.0, fitted=0.4)
    ce = Made(
        "ce", 0.4, accuracies(0.745, 0.755), accuracies(0.785, 0.815), (0.4, 0.05), 0.9, 4.0, by_class=(0.5, 0.3)
    )  # as many as the paper says, but of the classes that are hard on clean labels
    clean = Made("ce", 0.0, accuracies(0.855, 0.945), accuracies(0.855, 0.945), confidence=0.3, distance=1.0)
    other = replace(ce, distance=None, by_class=None)
    same = (replace(other, loss=loss) for loss in ("lsr", "gce", "forward", "bootstrap_hard", "d2l"))
    figures = [sl, ce, clean, *same, replace(sl, rate=0.6), replace(ce, rate=0.6)]
    return [*figures, *others(sl, other), *table(sl, other)]


def measured(group: RunGroup) -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in outcomes(group, FACTS, Path())}


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(run_group_of(tmp_path_factory.mktemp("holding"), as_the_paper_says()))


def test_every_representation_is_read_and_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By all claims together, and by a figure alone; after the claims a figure measures nothing again."""
    group = run_group_of(tmp_path, as_the_paper_says())
    score, load = sklearn.metrics.silhouette_score, np.load
    scored, files = Mock(side_effect=score), Mock(side_effect=load)
    monkeypatch.setattr("sklearn.metrics.silhouette_score", scored)
    monkeypatch.setattr("numpy.load", files)
    found = measured(group)
    assert all(found[f"noise_blurs_{name}"].n == 3 for name in ("silhouette", "neighbours"))
    assert scored.call_count == files.call_count == 9  # three cells with three seeds each
    assert representation.draw(group)
    assert scored.call_count == 9
    files.reset_mock()
    (same,) = run_groups(load_all(tmp_path))
    assert representation.draw(same)
    assert scored.call_count == 9 + 9
    assert files.call_count == 9


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(run_group_of(tmp_path_factory.mktemp("failing"), as_it_denies()))


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return measured(run_group_of(tmp_path_factory.mktemp("lacking"), as_the_paper_says(), seeds=(0, 1)))


CLAIMS = [claim.id for claim in catalogue("cifar10", "authors_code", FACTS, usual=True)]


def test_claims_have_names_of_their_own() -> None:
    assert len(set(CLAIMS)) == len(CLAIMS) > 30


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_can_be_supported_contradicted_and_lack_runs(
    claim: str, holding: dict[str, Outcome], failing: dict[str, Outcome], lacking: dict[str, Outcome]
) -> None:
    assert (holding[claim].verdict, holding[claim].n) == (Verdict.SUPPORTED, 3)
    exact = bool(holding[claim].proof)
    assert failing[claim].verdict == (Verdict.SUPPORTED if exact else Verdict.CONTRADICTED)
    assert lacking[claim].verdict == (Verdict.SUPPORTED if exact else Verdict.LACKING)
    assert (lacking[claim].n, lacking[claim].p_adjusted, lacking[claim].survives) == (2, None, False)


def test_each_claim_reads_the_records_it_names(holding: dict[str, Outcome]) -> None:
    for outcome in holding.values():
        assert len(outcome.records) == len(set(outcome.records)) == 3 * len(outcome.cells)
        assert set(outcome.cells.values()) == {3}


def test_the_correction_is_over_the_claims_tested_on_the_group(holding: dict[str, Outcome]) -> None:
    found = list(holding.values())
    tested = [outcome for outcome in found if outcome.p is not None]
    corrected = stats.false_discovery_control([outcome.p for outcome in tested])
    assert [outcome.p_adjusted for outcome in tested] == pytest.approx(corrected)
    assert all(outcome.p_adjusted is None for outcome in found if outcome not in tested)
    assert all(outcome.survives == (outcome.p_adjusted is not None and outcome.p_adjusted < 0.05) for outcome in found)


def test_what_the_paper_shows_on_cifar10_is_asked_there_only() -> None:
    ids = {
        (dataset, recipe): {claim.id for claim in catalogue(dataset, recipe, FACTS, recipe == "authors_code")}
        for dataset in ("mnist", "digits", "cifar10", "cifar100")
        for recipe in ("authors_code", "apl")
    }
    everywhere = ids["cifar100", "authors_code"]
    assert ids["digits", "authors_code"] == ids["mnist", "authors_code"]
    assert {"sl_boosts_lsr", "sl_needs_both_rce"} <= ids["mnist", "authors_code"] - everywhere
    assert ids["mnist", "apl"] <= everywhere
    table = everywhere - ids["mnist", "apl"]  # six methods under six noises; three are asked of any recipe
    assert len(table) == 6 * 6 - 3
    assert all(one.startswith("sl_vs_") for one in table)
    assert ids["cifar10", "apl"] - everywhere >= {"spread_clean", "classes_1_3_clean", "sl_separates_neighbours"}
    assert "sl_boosts_lsr" not in ids["cifar10", "apl"]
    assert "small_alpha" in ids["cifar10", "authors_code"] - ids["mnist", "authors_code"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Inference(2.0, 3, (0.1, 4.0), 0.04), Verdict.SUPPORTED),
        (Inference(-2.0, 3, (-4.0, -0.1), 0.04), Verdict.CONTRADICTED),
        (Inference(2.0, 3, (-0.1, 4.0), 0.06), Verdict.UNDECIDED),
        (Inference(2.0, 2, (0.1, 4.0), 0.04), Verdict.LACKING),
        (Inference(float("nan"), 0), Verdict.LACKING),
        (Inference(2.0, 4), Verdict.UNDECIDED),
    ],
)
def test_the_rule(found: Inference, expected: Verdict) -> None:
    assert decide(found) == expected


def test_runs_contradict_algebra_only_with_a_test() -> None:
    below = Inference(-2.0, 6, (-4.0, 0.1), 0.06)
    assert decide(below, exact=True) == Verdict.SUPPORTED
    assert decide(replace(below, p=0.03), exact=True) == Verdict.CONTRADICTED
    assert decide(Inference(2.0, 6, (0.1, 4.0), 0.03), exact=True) == Verdict.CONTRADICTED  # neither may be ahead
    assert decide(Inference(2.0, 2, (0.1, 4.0), 0.03), exact=True) == Verdict.SUPPORTED  # too few seeds
    assert decide(Inference(0.0, 3), exact=True) == Verdict.SUPPORTED
    assert decide(Inference(float("nan"), 0), exact=True) == Verdict.SUPPORTED


def test_only_what_is_decided_can_rest_on_one_class(tmp_path: Path) -> None:
    """Noise changes nothing here but by chance, whose mean is near 0 and hangs on each class."""
    clean = Made("ce", 0.0, accuracies(0.9, 0.5), accuracies(0.9, 0.5))
    found = measured(run_group_of(tmp_path, [clean, replace(clean, rate=0.4)]))["hard_under_learn"]
    assert (found.verdict, found.n, found.rests_on) == (Verdict.UNDECIDED, 3, {})


def test_no_seed_of_another_run_counts(tmp_path: Path) -> None:
    sl, ce = (run for run in as_the_paper_says() if run.rate == 0.6 and run.loss in ("ce", "sl"))
    for seed in (0, 1, 2, 3):
        ce.write(tmp_path, seed)
    outcome = measured(run_group_of(tmp_path, [sl], seeds=(1, 2, 5)))["sl_vs_ce_symmetric_60"]
    assert outcome.seeds == (1, 2)
    assert outcome.cells == {"SL, symmetric 60 %": 3, "CE, symmetric 60 %": 4}


def test_records_of_a_seed_on_which_nothing_was_measured_are_not_named(tmp_path: Path) -> None:
    """Without a representation there is no separation; the other seeds keep theirs."""
    pair = as_the_paper_says()[:2]
    without = [replace(run, distance=None).write(tmp_path, 2) for run in pair]
    outcome = measured(run_group_of(tmp_path, pair, seeds=(0, 1)))["sl_separates_silhouette"]
    assert (outcome.seeds, outcome.cells) == ((0, 1), {"SL, symmetric 40 %": 3, "CE, symmetric 40 %": 3})
    assert len(outcome.records) == 4
    assert not {path.name for path in without} & {Path(record).name for record in outcome.records}


def test_pairs_that_are_not_alike_are_refused(tmp_path: Path) -> None:
    sl, ce = (run for run in as_the_paper_says() if run.rate == 0.6 and run.loss in ("ce", "sl"))
    path = ce.write(tmp_path, 1)
    group = run_group_of(tmp_path, [sl], seeds=(1,))
    assert measured(group)["sl_vs_ce_symmetric_60"].n == 1
    path.write_text(path.read_text().replace('"torch": "2.0"', '"torch": "2.1"'))
    outcome = measured(run_group_of(tmp_path, [sl], seeds=(1,)))["sl_vs_ce_symmetric_60"]
    assert (outcome.n, outcome.refused) == (0, ("seed 1: PyTorch 2.0 against 2.1",))
