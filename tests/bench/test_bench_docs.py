"""docs/speed.md and the README say what the files in results/bench say."""

import json
import shutil
from pathlib import Path

import pytest

from sl.bench.report import ablation_lines, comparison_table, machine_title, summary_table, update_pages

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "results" / "bench"
FILES = sorted(BENCH.glob("*.json"))
COMPARISONS = [path for path in FILES if not path.stem.endswith("-ablation")]
GIBI = 2**30


@pytest.mark.results
def test_the_pages_are_up_to_date(tmp_path: Path) -> None:
    kept = ROOT / "docs" / "speed.md", ROOT / "README.md"
    pages = [Path(shutil.copy(page, tmp_path)) for page in kept]
    update_pages(BENCH, *pages)
    assert [page.read_text() for page in pages] == [page.read_text() for page in kept], "run: make tables"


@pytest.mark.results
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_measurements_are_of_committed_code(path: Path) -> None:
    record = json.loads(path.read_text())
    assert record["commit"]
    assert record["dirty"] is not True  # null where a copy of the code was measured, without the history
    assert all(measured["rounds"] >= 3 for measured in record["cases"].values())


@pytest.mark.results
@pytest.mark.parametrize("path", COMPARISONS, ids=lambda path: path.stem)
def test_a_run_takes_less_than_2_gib_beside_its_images(path: Path) -> None:
    for measured in json.loads(path.read_text())["cases"].values():
        peak = measured["engine"].get("peak_bytes")  # not measured in the oldest file
        assert peak is None or peak < measured["engine"]["data_bytes"] + 2 * GIBI


def measured(rate: float, peak: int | None) -> dict[str, object]:
    def spread(value: float) -> dict[str, float]:
        return {"median": value, "low": value / 2, "high": value * 2}

    return {
        "case": "cnn4 on digits",
        "rounds": 5,
        "images_per_second": {"reference": spread(100), "one run": spread(rate), "2 processes": spread(3 * rate)},
        "times_reference": {"one run": spread(rate / 100), "2 processes": spread(3 * rate / 100)},
        "runs_per_hour": {"reference": 1.0, "one run": rate / 100, "2 processes": 3 * rate / 100},
        "share_of_matmul": 0.5,
        "engine": {"peak_bytes": peak},
    }


NEW = {"gpu": None, "cpu": "CPU", "cpu_family": "1", "instructions": "avx2", "cores": 2}
OLD = {"gpu": None, "cpu": "CPU", "cpu_family": "1", "bfloat16": ["avx512_bf16"], "cores": 2}


def test_one_table_has_all_machines() -> None:
    records = [
        {"machine": NEW, "cases": {"digits": measured(200, 2**30)}},
        {"machine": OLD, "cases": {"digits": measured(400, None)}},
    ]
    lines = comparison_table(records)
    assert len(lines) == 2 + 2 * 3
    assert lines[3].split(" | ")[3:] == ["200 (100 to 400)", "2.00 (1.00 to 4.00)", "2", "50%", "1,024 MiB |"]
    assert lines[6].endswith(" | 4 | 50% | – |")
    short = summary_table(records)
    assert short[2] == f"| {machine_title(NEW)} | cnn4 on digits | 2.00 x | 6.00 x |"
    assert short[-1].startswith("| one H200 or H100 |")
    with_gpu = summary_table([{"machine": {**NEW, "gpu": "NVIDIA H200"}, "cases": {"digits": measured(1, 1)}}])
    assert "not measured yet" not in "".join(with_gpu)


def test_files_without_an_instruction_set_are_read() -> None:
    assert machine_title(OLD) == "2 cores of CPU, family 1, AVX512-BF16"
    assert machine_title({**OLD, "bfloat16": []}) == "2 cores of CPU, family 1"


def test_an_ablation_has_a_row_for_the_default_and_each_change() -> None:
    spread = {"median": 2.0, "low": 1.0, "high": 3.0}
    row = {"name": "slow", "images_per_second": spread, "times": spread, "times_per_core": spread}
    case = {"case": "cnn4 on digits", "rounds": 5, "default": spread, "changes": [row]}
    lines = ablation_lines({"machine": NEW, "cases": {"digits": case}})
    assert lines[-2:] == ["| nothing: the default | 2 | 1 | 1 |", "| slow | 2 | 2.00 (1.00 to 3.00) | 2.00 |"]
