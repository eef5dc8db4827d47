"""README's answer to "Should you use SL?", recomputed from the records and from others' published tables."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.results
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results"
ANSWER = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split()).partition("**Should you use SL?**")[2]
ANSWER = ANSWER.partition("## Your own labels")[0]


def last_accuracies(
    dataset: str, noise: str, rate: float, recipe: str = "authors_code", scale: str = "paper"
) -> Iterator[tuple[str, int, float]]:
    """Loss, seed and last accuracy (%) of each run by a recipe at a scale."""
    for path in (RESULTS / "runs" / dataset).glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        config = lines[0]["config"]
        names = config["names"]
        wanted = (noise, recipe, scale)
        if (names["noise"], names["recipe"], names["scale"]) == wanted and config["noise"].get("rate", 0.0) == rate:
            last = next(line for line in reversed(lines) if line["kind"] == "epoch")
            yield names["loss"], config["seed"], 100 * last["test_accuracy"]


def gain(dataset: str, noise: str, rate: float) -> str:
    """SL minus CE in points, mean over the seeds of both, of which there must be three."""
    of: dict[str, dict[int, float]] = {"ce": {}, "sl": {}}
    for loss, seed, accuracy in last_accuracies(dataset, noise, rate):
        of.setdefault(loss, {})[seed] = accuracy
    assert sorted(of["ce"]) == sorted(of["sl"]) == [0, 1, 2]
    return f"{sum(of['sl'][seed] - of['ce'][seed] for seed in range(3)) / 3:.1f}"


def audited(cell: str, seeds: int) -> tuple[float, float]:
    """SL minus CE in points on labels as given, and the share of wrong labels in %, as the study of audits has them."""
    files = (RESULTS / "audit_study").glob("*.json")
    entries = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    entries = [entry for entry in entries if entry["cell"] == cell and entry["folds"] == 0]
    assert {entry["images"] for entry in entries} == {5000}
    of = {(entry["loss"], entry["seed"]): 100 * entry["trained_test_accuracy"] for entry in entries}
    assert {seed for loss, seed in of if loss == "sl"} == set(range(seeds))
    rates = [100 * entry["measures"]["rate"]["true"] for entry in entries]
    return sum(of["sl", s] - of["ce", s] for s in range(seeds)) / seeds, sum(rates) / len(rates)


def published(column: str) -> list[float]:
    """SL minus CE in points in each table of others on CIFAR-10 that has both."""

    def number(cell: Any) -> float:
        return float(str(cell).split()[0])

    files = [file for file in (RESULTS / "paper").glob("*.yaml") if not file.stem.startswith("sl_")]
    tables = [table for file in files for table in yaml.safe_load(file.read_text(encoding="utf-8"))["tables"]]
    found = []
    for table in tables:
        if table["dataset"] == "cifar10" and column in table["columns"] and {"ce", "sl"} <= set(table["rows"]):
            ce, sl = (table["rows"][loss][table["columns"].index(column)] for loss in ("ce", "sl"))
            found += [number(sl) - number(ce)] if None not in (ce, sl) else []
    return found


def test_random_wrong_labels() -> None:
    cifar10, mnist = gain("cifar10", "symmetric", 0.4), gain("mnist", "symmetric", 0.4)
    assert f"gains {cifar10} points over CE on CIFAR-10 and {mnist} on MNIST (paper's scale, n = 3)" in ANSWER


def test_peoples_errors() -> None:
    worst, wrong = audited("CIFAR-10N worst", 6)
    aggregate, few = audited("CIFAR-10N aggregate", 6)
    assert f"it gains {worst:.1f} where {wrong:.0f} % of the labels are wrong, nothing where {few:.1f} % are" in ANSWER
    assert abs(aggregate) < 0.05


def test_classes_mistaken_for_one_other() -> None:
    lost, _ = audited("CIFAR-10, asymmetric 40 %", 3)
    assert f"it loses {-lost:.1f} on CIFAR-10 (5,000 images, n = 3)" in ANSWER
    others = published("asymmetric 0.4")
    assert f"range from −{-min(others):.1f} to +{max(others):.1f}. On MNIST" in ANSWER
    assert f"On MNIST it gains {gain('mnist', 'asymmetric', 0.4)} (paper's scale, n = 3)" in ANSWER


def test_cifar100() -> None:
    runs = last_accuracies("cifar100", "symmetric", 0.4, "apl", "cpu")
    of = {(loss, seed): last for loss, seed, last in runs}
    behind = [of["ce", seed] - last for (loss, seed), last in of.items() if loss == "sl"]
    mean = sum(behind) / len(behind)
    assert f"on CIFAR-100 it ends {mean:.1f} below CE (5,000 images, n = {len(behind)}). With [people" in ANSWER


def test_clean_labels() -> None:
    assert [run for run in last_accuracies("cifar10", "none", 0.0) if run[0] == "sl"] == []
    others = published("none")
    assert f"on CIFAR-10 range from −{-min(others):.1f} to +{max(others):.1f}" in ANSWER
