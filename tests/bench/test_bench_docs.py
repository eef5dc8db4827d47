"""docs/speed.md and the README say what the files in results/bench say."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from sl.errors import UserError
from sl.record import Run, load_all
from studies.bench.report import (
    ABLATION,
    STEP,
    ablation_lines,
    comparison_table,
    machine_title,
    step_lines,
    summary_table,
    update_pages,
)

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "results" / "bench"
FILES = sorted(BENCH.glob("*.json"))
STEPS = [path for path in FILES if path.stem.endswith(STEP)]
COMPARISONS = [path for path in FILES if not path.stem.endswith((ABLATION, STEP))]
GIBI = 2**30


@pytest.mark.results
def test_the_pages_are_up_to_date(tmp_path: Path) -> None:
    kept = ROOT / "docs" / "speed.md", ROOT / "README.md"
    pages = [Path(shutil.copy(page, tmp_path)) for page in kept]
    update_pages(BENCH, *pages)
    assert [page.read_text() for page in pages] == [page.read_text() for page in kept], "run: make tables"


def test_a_folder_without_a_comparison_empties_no_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- results:begin -->a table<!-- results:end --><!-- speed:begin -->another<!-- speed:end -->")
    before = page.read_text()
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match=r"^out=.*: must be a folder with measurements"):
            update_pages(folder, page, page)
    assert page.read_text() == before


@pytest.mark.results
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_measurements_are_of_committed_code(path: Path) -> None:
    record = json.loads(path.read_text())
    assert record["commit"]
    assert record["dirty"] is not True  # null where a copy of the code was measured, without the history
    assert path in STEPS or all(measured["rounds"] >= 3 for measured in record["cases"].values())


@pytest.mark.results
@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_the_parts_of_a_step_add_up(path: Path) -> None:
    for measured in json.loads(path.read_text())["cases"].values():
        parts = measured["parts"]
        assert measured["busy_microseconds"] == pytest.approx(sum(part["microseconds"] for part in parts), abs=1)
        assert measured["launches"] == pytest.approx(sum(part["launches"] for part in parts), abs=1)
        assert measured["busy_microseconds"] <= measured["step_microseconds"] or measured["runtime"]["step"] != "graph"


@pytest.mark.results
@pytest.mark.parametrize("path", COMPARISONS, ids=lambda path: path.stem)
def test_a_run_takes_less_than_2_gib_beside_its_images(path: Path) -> None:
    for measured in json.loads(path.read_text())["cases"].values():
        peak = measured["engine"].get("peak_bytes")  # not measured in the oldest file
        assert peak is None or peak < measured["engine"]["data_bytes"] + 2 * GIBI


@pytest.mark.results
def test_what_the_page_says_of_how_much_the_reference_loop_varies() -> None:
    page = " ".join((ROOT / "docs" / "speed.md").read_text().split())
    assert "varies by up to a fifth of its median, on Zen 3 with cnn8 by more than half" in page
    assert "range over the rounds: five, four on Intel's processor." in page
    apart = {}
    for path in COMPARISONS:
        for name, measured in json.loads(path.read_text())["cases"].items():
            assert measured["rounds"] == (4 if "intel" in path.stem else 5)
            laps = measured["images_per_second"]["reference"]
            ends = (abs(laps[end] / laps["median"] - 1) for end in ("low", "high"))
            apart["avx2" in path.stem and name == "cnn8", path.stem, name] = max(ends)
    assert round(max(value for (zen_3, *_), value in apart.items() if not zen_3), 1) == 0.2
    assert all(value > 0.5 for (zen_3, *_), value in apart.items() if zen_3)


@pytest.mark.results
def test_what_the_page_says_of_a_step_on_a_gpu() -> None:
    page = " ".join((ROOT / "docs" / "speed.md").read_text().split())
    record = json.loads((BENCH / "nvidia-h200-step.json").read_text())
    usual, fast = record["cases"]["cnn8"], record["cases"]["cnn8, runtime=fast"]
    step, busy = (usual[key] / 1000 for key in ("step_microseconds", "busy_microseconds"))
    assert f"of the {step:.2f} ms of a step that is captured and not compiled, its kernels take {busy:.2f} ms." in page
    took, before = fast["step_microseconds"] / 1000, fast["default_step_microseconds"] / 1000
    said = f"it takes {took:.2f} ms in place of {before:.2f} ms, {1 - took / before:.0%} less".replace("%", " %")
    assert said in page
    compiling = np.mean(fast["compile_seconds"])
    assert f"Compiling took {compiling:.0f} s for each loss, four at once" in page
    assert len(fast["compile_seconds"]) == 4
    kernels = (
        f"take {fast['busy_microseconds']:,.0f} µs, {1 - fast['busy_microseconds'] / usual['busy_microseconds']:.0%}"
    )
    assert f"{kernels} less than the {usual['busy_microseconds']:,.0f} |".replace("%", " %") in page
    saved = 46_920 * (fast["default_step_microseconds"] - fast["step_microseconds"]) / 1e6
    assert f"saves {saved:.0f} s" in page
    alone = [f"{micros:.0f}" for micros in record["convolutions"]["microseconds_by_channels"].values()]
    assert "take {} µs, with 200 channels {}, with 208 {}, with 224 {}".format(*alone) in page


@pytest.mark.results
def test_what_the_page_says_of_several_runs_on_a_gpu() -> None:
    page = (ROOT / "docs" / "speed.md").read_text()
    _, _, table = page.partition("| runs at once | `runtime=fast` | time | a run | commit |")
    seconds = [epochs(run) for run in full_runs("01c7f35", "authors_code", {"ce", "sl", "gce"})]
    assert f"| 8 | yes | {span_of(seconds)} | {each_of(seconds)} | 01c7f35 |" in table
    runs = [*full_runs("01c7f35", "authors_code", {"lsr"}), *full_runs("01c7f35", "apl", {"ce", "sl"})]
    six, begun = [epochs(run) for run in runs], sorted(start_of(run) for run in runs)
    assert [round((start - begun[0]).total_seconds()) for start in begun] == [0, 0, 18, 18, 18, 18]
    ended = [start_of(run) + timedelta(seconds=length) for run, length in zip(runs, six, strict=True)]
    apart = f"{max(six) / 6:.0f} to {(max(ended) - begun[0]).total_seconds() / 6:.0f} s"
    assert f"| 6, of which 2 began 18 s earlier | yes | {span_of(six)} | {apart} | 01c7f35 |" in table
    usual = sorted(full_runs("d0b6a6b", "authors_code", {"ce", "sl", "gce", "lsr"}), key=start_of)
    eight, three = ([epochs(run) for run in part] for part in (usual[:8], usual[8:]))
    assert f"| 8 | no | {span_of(eight)} | {each_of(eight)} | d0b6a6b |" in table
    assert f"| 3 | no | {span_of(three)} | {each_of(three)} | d0b6a6b |" in table
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert (
        "with `runtime=fast` eight CIFAR-10 runs at the paper's scale train at once, in five minutes together" in readme
    )
    assert round(max(seconds) / 60) == 5


def epochs(run: Run) -> float:
    """The seconds that all epochs of a finished run took."""
    assert run.end is not None
    return sum(run.end.epoch_seconds)


def start_of(run: Run) -> datetime:
    """When a run began."""
    return datetime.fromisoformat(run.header.provenance.started)


def span_of(seconds: list[float]) -> str:
    """The shortest and the longest time; one number where both round to it."""
    return " to ".join(dict.fromkeys(f"{end:.0f}" for end in (min(seconds), max(seconds)))) + " s"


def each_of(seconds: list[float]) -> str:
    """The mean time, divided among the runs that trained at once."""
    return f"{sum(seconds) / len(seconds) ** 2:.0f} s"


def full_runs(commit: str, recipe: str, losses: set[str]) -> list[Run]:
    """The finished CIFAR-10 runs at the paper's scale of that code, recipe and losses."""
    runs = load_all(ROOT / "results" / "runs" / "cifar10")
    wanted = [run for run in runs if (run.name("scale"), run.name("recipe")) == ("paper", recipe)]
    wanted = [run for run in wanted if (run.header.provenance.commit or "").startswith(commit)]
    return [run for run in wanted if run.end and run.name("loss") in losses]


def measured(rate: float, peak: int | None) -> dict[str, object]:
    def spread(value: float) -> dict[str, float]:
        return {"median": value, "low": value / 2, "high": value * 2}

    return {
        "case": "cnn4 on digits",
        "rounds": 5,
        "images_per_second": {"reference": spread(100), "one run": spread(rate), "2 processes": spread(3 * rate)},
        "times_reference": {"one run": spread(rate / 100), "2 processes": spread(3 * rate / 100)},
        "engine": {"peak_bytes": peak},
    }


NEW = {"gpu": None, "cpu": "CPU", "cpu_family": "1", "instructions": "avx2", "cores": 2, "torch": "2.14.1+cu130"}
OLD = {**NEW, "instructions": "avx512_bf16", "torch": "2.15.0"}


def test_one_table_has_all_machines() -> None:
    records = [
        {"commit": "0e7ed0ef76", "machine": NEW, "cases": {"digits": measured(200, 2**30)}},
        {"commit": "e2fdec1774", "machine": OLD, "cases": {"digits": measured(400, None)}},
    ]
    lines = comparison_table(records)
    assert len(lines) == 2 + 2
    title = machine_title(NEW)
    assert lines[2] == (
        f"| {title} | cnn4 on digits | 100 | 200, 2.00 x (1.00 to 4.00) | 2 processes: 600, 6.00 x (3.00 to 12.00) "
        "| 1,024 MiB | 0e7ed0e, 2.14.1 |"
    )
    assert lines[3].endswith(" | – | e2fdec1, 2.15.0 |")
    short = summary_table(records)
    assert short[2] == f"| {machine_title(NEW)} | cnn4 on digits | 2.00 x | 6.00 x | 0e7ed0e, 2.14.1 |"
    assert short[4:] == [
        "",
        "This comparison was not measured on a GPU yet.",
    ]  # no row of a machine that nobody measured
    lent = {"commit": "d0b6a6b950", "machine": {**NEW, "gpu": "NVIDIA H200"}, "cases": {"digits": measured(1, 1)}}
    assert len(summary_table([lent])) == 2 + 1


def test_a_busy_machine_is_called_one_and_is_not_on_the_first_page() -> None:
    busy = {"commit": "01c7f35309", "machine": NEW, "busy_cores_before": 8.03, "cases": {"digits": measured(200, 1)}}
    assert comparison_table([busy])[2].startswith(f"| {machine_title(NEW)}, while others kept 8.0 cores busy | cnn4")
    assert len(comparison_table([busy])) == len(summary_table([busy])[:-2]) + 1
    idle = busy | {"busy_cores_before": 0.1}
    assert comparison_table([idle])[2].startswith(f"| {machine_title(NEW)} | cnn4")
    assert len(summary_table([idle])[:-2]) == 2 + 1


def test_a_machine_is_named_with_its_instructions() -> None:
    assert machine_title(OLD) == "2 cores of CPU, family 1, AVX512-BF16"
    assert machine_title({**OLD, "instructions": None}) == "2 cores of CPU, family 1"


def test_an_ablation_has_a_row_for_each_change_and_a_column_for_each_case() -> None:
    def case(name: str, *changes: str) -> dict[str, object]:
        spread = {"median": 2.0, "low": 1.0, "high": 3.0}
        return {"case": name, "rounds": 5, "changes": [{"name": change, "times": spread} for change in changes]}

    cases = {"cnn8": case("cnn8 on CIFAR-10", "slow"), "cnn4": case("cnn4 on MNIST", "slow", "slower")}
    lines = ablation_lines({"machine": NEW, "cases": cases})
    assert lines[2] == "| changed | cnn8 on CIFAR-10 | cnn4 on MNIST |"
    assert lines[-2:] == [
        "| slow | 2.00 (1.00 to 3.00) | 2.00 (1.00 to 3.00) |",
        "| slower | – | 2.00 (1.00 to 3.00) |",
    ]


def test_a_step_has_a_row_for_its_longest_parts_and_one_for_the_rest() -> None:
    parts = [{"name": f"kernel{n}<float>", "microseconds": float(40 - n), "launches": 2.0} for n in range(20)]
    step = {"case": "cnn8 on CIFAR-10", "runtime": {"precision": "bfloat16", "step": "graph"}, "batch_size": 128}
    sums = {"step_microseconds": 700.0, "busy_microseconds": 610.0, "launches": 40.0, "parts": parts}
    title, _, _, _, *rows = step_lines({"machine": {**NEW, "gpu": "NVIDIA H200"}, "cases": {"cnn8": step | sums}})
    assert title.startswith("NVIDIA H200, cnn8 on CIFAR-10 (bfloat16, graph), batch 128: 700 µs a step")
    assert rows[0] == "| `kernel0` | 40 | 7% | 2 |"
    assert len(rows) == 13
    assert rows[-1] == "| the rest | 196 | 32% | 16 |"  # 28 + 27 + ... + 21
    eager = step | sums | {"runtime": {"precision": "bfloat16", "step": "eager", "threads": 2}}
    slowed = eager | {
        "step_microseconds": 600.0
    }  # without the profiler, which can slow the parts by more than gaps take
    title, _, header, *_ = step_lines({"machine": NEW, "cases": {"cnn8": slowed}})
    told = "600 µs a step; under the profiler its parts take 610 µs in 40 calls"
    assert f"(bfloat16, eager, 2 threads), batch 128: {told}" in title
    assert header == "| part | µs | share | calls |"


def test_kernels_that_differ_in_their_templates_alone_share_a_row() -> None:
    times = {"sum<float>(float*)": 5.0, "copy<8>": 8.0, "sum<double>(double*)": 4.0}
    parts = [{"name": name, "microseconds": micros, "launches": 1.0} for name, micros in times.items()]
    step = {"case": "a", "runtime": {"precision": "bfloat16"}, "batch_size": 1, "step_microseconds": 20.0}
    sums = {"busy_microseconds": 20.0, "launches": 3.0, "parts": parts}
    *_, longest, second = step_lines({"machine": NEW, "cases": {"a": step | sums}})
    assert longest == "| `sum` | 9 | 45% | 2 |"
    assert second == "| `copy` | 8 | 40% | 1 |"
