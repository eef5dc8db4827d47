"""The published curves by epoch against the table of their last and best epochs."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

PAPER = Path(__file__).parents[2] / "results" / "paper"
RATES = {"none": 0.0, "symmetric 0.4": 0.4, "symmetric 0.6": 0.6}


@pytest.fixture(scope="module")
def curves() -> dict[tuple[str, float], list[float]]:
    found: dict[tuple[str, float], list[float]] = defaultdict(list)
    with (PAPER / "sce_pytorch_curves.csv").open() as file:
        for row in csv.DictReader(file):
            curve = found[row["loss"].replace("sce", "sl"), float(row["rate"])]
            assert int(row["epoch"]) == len(curve) + 1
            curve.append(100 * float(row["test_accuracy"]))
    return found


def test_five_whole_runs(curves: dict[tuple[str, float], list[float]]) -> None:
    assert {key: len(curve) for key, curve in curves.items()} == dict.fromkeys(
        [("sl", 0.0), ("ce", 0.4), ("sl", 0.4), ("ce", 0.6), ("sl", 0.6)], 120
    )


def test_the_table_is_read_off_the_curves(curves: dict[tuple[str, float], list[float]]) -> None:
    tables = yaml.safe_load((PAPER / "sce_pytorch.yaml").read_text())["tables"]
    logs = [table for table in tables if table.get("model") == "cnn8pooled"]
    assert len(logs) == 5
    for table in logs:
        for loss, values in table["rows"].items():
            for column, value in zip(table["columns"], values, strict=True):
                if value is not None:
                    curve = curves[loss, RATES[column]]
                    epoch = {"last": 120}.get(table["epoch"], table["epoch"])
                    expected = max(curve) if epoch == "best" else curve[epoch - 1]
                    assert value == pytest.approx(expected, abs=0.006)
