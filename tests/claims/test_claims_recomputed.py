"""results/claims.json and the README's findings, recomputed from the records by scipy alone."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from claim_records import read_claims
from scipy import stats

from sl.claims.evaluate import all_outcomes, as_json
from sl.claims.findings import findings
from sl.claims.page import markdown
from sl.claims.tally import tally
from sl.record import load_all
from sl.tables import load

pytestmark = pytest.mark.results
RESULTS = Path(__file__).parents[2] / "results"
PAGE = RESULTS / "claims.json"
GROUPS: list[dict[str, Any]] = json.loads(PAGE.read_text(encoding="utf-8"))["groups"]
CLAIMS = [pytest.param(claim, id=f"{group['dataset']}-{claim['id']}") for group in GROUPS for claim in group["claims"]]
Runs = dict[tuple[str, float], dict[str, Any]]  # of one seed, by loss and noise rate


def last(run: dict[str, Any]) -> float:
    return 100 * run["epochs"][-1]["test_accuracy"]


def stage(run: dict[str, Any], name: str) -> dict[str, Any]:
    return run["epochs"][run["header"]["stages"][name] - 1]


def spread(run: dict[str, Any], name: str) -> float:
    """Best minus worst class, times the root of the share of the variance over classes that is not the binomial's."""
    shares = stage(run, name)["class_accuracy"]
    images = [sum(line) for line in run["probes"][name]["confusion"]]
    binomial = statistics.mean(p * (1 - p) / (m - 1) for p, m in zip(shares, images, strict=True))
    return 100 * (max(shares) - min(shares)) * max(0, 1 - binomial / statistics.variance(shares)) ** 0.5


def training_images(runs: list[dict[str, Any]], name: str) -> list[dict[str, float]]:
    evaluated = all("training" in run["probes"][name] for run in runs)
    return [run["probes"][name]["training"] if evaluated else stage(run, name) for run in runs]


def memorised(runs: list[dict[str, Any]], name: str) -> list[float]:
    found = training_images(runs, name)
    others = len(runs[0]["header"]["data"]["class_names"]) - 2
    floors = [(1 - one["wrong_memorised"] - one["wrong_corrected"]) / others for one in found]
    return [100 * (one["wrong_memorised"] - floor) for one, floor in zip(found, floors, strict=True)]


def easy_memorised(run: dict[str, Any], right: list[list[float]], without: str = "") -> float:
    """Mean of the five classes that CE of the other seeds learns best on clean labels, minus that of the other five.

    The class `without` is left out of its five.
    """
    names = run["header"]["data"]["class_names"]
    order = np.mean(right, axis=0).argsort(kind="stable")
    found = [
        100 * (one["wrong_memorised"] - (1 - one["wrong_memorised"] - one["wrong_corrected"]) / (len(names) - 2))
        for one in run["probes"]["late"]["training_by_class"]
    ]
    easy, hard = ([found[k] for k in half if names[k] != without] for half in (order[-5:], order[:5]))
    return float(np.mean(easy) - np.mean(hard))


def more_fitted(ce: dict[str, Any], sl: dict[str, Any]) -> float:
    first, second = training_images([ce, sl], "late")
    return 100 * (second["right_accuracy"] - first["right_accuracy"])


def confidence(run: dict[str, Any]) -> float:
    return 100 * run["probes"]["late"]["confidence"][3]


def learnt(run: dict[str, Any]) -> float:
    probe = run["probes"]["late"]
    return float(100 * probe["predictions"][3] / sum(probe["predictions"]))


MEASURES: dict[str, Callable[[Runs], float]] = {
    "sl_vs_ce_symmetric_40": lambda of: last(of["sl", 0.4]) - last(of["ce", 0.4]),
    "sl_vs_ce_symmetric_60": lambda of: last(of["sl", 0.6]) - last(of["ce", 0.6]),
    "sl_vs_gce_symmetric_40": lambda of: last(of["sl", 0.4]) - last(of["gce", 0.4]),
    "sl_narrows_spread": lambda of: spread(of["ce", 0.4], "late") - spread(of["sl", 0.4], "late"),
    "spread_noisy_middle": lambda of: spread(of["ce", 0.4], "middle") - spread(of["ce", 0.0], "middle"),
    "ce_memorises": lambda of: memorised([of["ce", 0.4]], "late")[0] - memorised([of["ce", 0.4]], "early")[0],
    "sl_memorises_less": lambda of: float(np.subtract(*memorised([of["ce", 0.4], of["sl", 0.4]], "late"))),
    "sl_fits_right": lambda of: more_fitted(of["ce", 0.4], of["sl", 0.4]),
    "sl_confidence_higher": lambda of: confidence(of["sl", 0.4]) - confidence(of["ce", 0.4]),
    "sl_class_3_learnt": lambda of: learnt(of["sl", 0.4]) - learnt(of["ce", 0.4]),
    "rce_tolerates": lambda of: float(np.subtract(*memorised([of["ce", 0.4], of["rce", 0.4]], "late"))),
    "sl_boosts_lsr": lambda of: last(of["lsr_sl", 0.4]) - last(of["lsr", 0.4]),
}


def read(path: Path) -> dict[str, Any]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    epochs = [line for line in lines if line["kind"] == "epoch"]
    return {"header": lines[0], "epochs": epochs, "probes": {x["stage"]: x for x in lines if x["kind"] == "probe"}}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_verdict_follows_from_its_differences(claim: dict[str, Any]) -> None:
    values, n = claim["differences"], claim["n"]
    assert n == len(values) == len(claim["seeds"])
    expected = "supported" if claim["proof"] else "not enough runs"
    if n:
        assert claim["mean"] == pytest.approx(np.mean(values))
    if n > 1 and np.ptp(values) > 1e-9:
        test = stats.ttest_1samp(values, 0)
        picked_from = classes(claim) if claim["at_class"] and claim["mean"] < 0 else 1
        p = min(1, picked_from * test.pvalue)
        assert claim["p"] == pytest.approx(p)
        assert claim["interval"] == pytest.approx(list(test.confidence_interval(1 - 0.05 / picked_from)))
        if claim["proof"]:
            expected = "contradicted" if n > 2 and p < 0.05 else expected
        elif n > 2:
            expected = ("supported" if claim["mean"] > 0 else "contradicted") if p < 0.05 else "undecided"
    else:
        assert (claim["p"], claim["interval"]) == (None, None)
        expected = "undecided" if n > 2 and not claim["proof"] else expected
    assert claim["verdict"] == expected


def classes(claim: dict[str, Any]) -> int:
    return len(read(RESULTS / claim["records"][0])["header"]["data"]["class_names"])


@pytest.mark.parametrize("claim", [param for param in CLAIMS if "every_class" in param.values[0]["id"]])
def test_a_claim_on_every_class_is_decided_by_the_least_sure_class(claim: dict[str, Any]) -> None:
    by_seed = runs_of(claim)
    if len(by_seed) < 2:
        return
    rate = int(claim["id"][-2:]) / 100
    ends = [[of[loss, rate]["epochs"][-1]["class_accuracy"] for loss in ("sl", "ce")] for of in by_seed.values()]
    gains = 100 * (np.array(ends)[:, 0] - np.array(ends)[:, 1])
    names = next(iter(by_seed.values()))["sl", rate]["header"]["data"]["class_names"]
    place = names.index(claim["at_class"])
    assert claim["differences"] == pytest.approx(list(gains[:, place]))
    tests = [stats.ttest_1samp(line, 0) for line in gains.T if np.ptp(line) > 1e-9]
    if claim["p"] is not None:
        assert min(test.statistic for test in tests) == pytest.approx(stats.ttest_1samp(gains[:, place], 0).statistic)
    assert (claim["verdict"] == "supported") == (len(by_seed) > 2 and all(t.pvalue < 0.05 < t.statistic for t in tests))


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group['dataset']}-{group['scale']}-{group['recipe']}")
def test_the_correction_is_benjamini_and_hochbergs(group: dict[str, Any]) -> None:
    tested = [claim for claim in group["claims"] if claim["n"] > 2 and claim["p"] is not None]
    if tested:
        corrected = stats.false_discovery_control([claim["p"] for claim in tested])
        assert [claim["p_adjusted"] for claim in tested] == pytest.approx(corrected)
    assert {claim["id"] for claim in group["claims"] if claim["survives"]} == {
        claim["id"] for claim in tested if claim["p_adjusted"] < 0.05
    }


@pytest.mark.parametrize("claim", [param for param in CLAIMS if param.values[0]["id"] in MEASURES])
def test_differences_are_those_of_the_records(claim: dict[str, Any]) -> None:
    by_seed = runs_of(claim)
    assert sorted(by_seed) == claim["seeds"]
    found = [MEASURES[claim["id"]](by_seed[seed]) for seed in claim["seeds"]]
    assert claim["differences"] == pytest.approx(found)


def runs_of(claim: dict[str, Any]) -> dict[int, Runs]:
    by_seed: dict[int, Runs] = {}
    for record in claim["records"]:
        run = read(RESULTS / record)
        config = run["header"]["config"]
        by_seed.setdefault(config["seed"], {})[config["names"]["loss"], config["noise"].get("rate") or 0.0] = run
    return by_seed


@pytest.mark.parametrize("claim", [param.values[0] for param in CLAIMS if param.values[0]["id"] == "memorises_easy"])
def test_memorising_by_class_is_that_of_the_records(claim: dict[str, Any]) -> None:
    by_seed = runs_of(claim) if claim["n"] else {}
    right = {seed: stage(of["ce", 0.0], "late")["class_accuracy"] for seed, of in by_seed.items()}
    others = {seed: [right[other] for other in by_seed if other != seed] for seed in by_seed}
    found = [easy_memorised(of["ce", 0.4], others[seed]) for seed, of in by_seed.items()]
    assert claim["differences"] == pytest.approx(found)
    for name, mean in claim["rests_on"].items():
        left = [easy_memorised(of["ce", 0.4], others[seed], without=name) for seed, of in by_seed.items()]
        assert mean == pytest.approx(np.mean(left))
        assert mean / np.mean(found) < 0.5


def test_pages_are_rendered_from_the_outcomes() -> None:
    found = read_claims(PAGE)
    assert (RESULTS / "claims.md").read_text(encoding="utf-8") == markdown(found)
    readme = (RESULTS.parent / "README.md").read_text(encoding="utf-8")
    for name, expected in (("verdicts", tally(found)), ("findings", findings(found))):
        shown = readme.partition(f"<!-- {name}:begin -->")[2].partition(f"<!-- {name}:end -->")[0]
        assert shown.strip() == expected.strip(), "run: make claims"


def test_no_verdict_is_older_than_its_records() -> None:
    found = all_outcomes(load_all(RESULTS / "runs"), load(RESULTS / "paper"), RESULTS)
    recorded = json.loads(json.dumps(as_json(found)))
    committed = json.loads(PAGE.read_text(encoding="utf-8"))
    assert without_numbers(recorded) == without_numbers(committed), "run: make claims"
    assert numbers(recorded) == pytest.approx(numbers(committed), abs=0.01), "run: make claims"


def numbers(value: Any) -> list[float]:
    """All fractions in a JSON value, in order: some are of scikit-learn, which rounds as the processor does."""
    if isinstance(value, dict | list):
        return [number for one in (value.values() if isinstance(value, dict) else value) for number in numbers(one)]
    return [value] if isinstance(value, float) else []


def without_numbers(value: Any) -> Any:
    """The same value with 0.0 for each fraction."""
    if isinstance(value, dict):
        return {key: without_numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_numbers(one) for one in value]
    return 0.0 if isinstance(value, float) else value
