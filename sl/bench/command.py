"""The whole of `scripts/bench.py`: measure, print, write."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sl.bench.ablation import ablate
from sl.bench.compare import compare
from sl.bench.machine import busy_cores, describe_machine, slug
from sl.bench.projection import GRID, grid_runs
from sl.bench.report import ablation_lines, comparison_lines, grid_words
from sl.bench.start import help_seconds
from sl.record.provenance import commit, now
from sl.train.device import find_device

BUSY = 0.2  # cores that others may use before the figures are in doubt


def bench(cases: Sequence[str], rounds: int, seconds: float, out: Path) -> Path:
    """Compare the engine with the reference loop; the path of the JSON that holds the figures.

    Until all cases are measured they lie beside it (.part): an earlier file is replaced by a whole one only.
    """
    record = header()
    path = out / f"{slug(record['machine'])}.json"
    part = path.with_suffix(".part")
    record["help_seconds"] = round(help_seconds(), 2)
    record["cases"] = {}
    for case in cases:
        record["cases"][case] = measured = compare(case, rounds, seconds)
        print("\n".join(comparison_lines(measured)), flush=True)
        write(record, part)
    if "cnn8" in record["cases"]:
        record["grid"] = grid(record["cases"]["cnn8"]["runs_per_hour"])
        print(grid_words(record["grid"]))
    print(f"python scripts/train.py --help takes {record['help_seconds']} s")
    return write(record, part).replace(path)


def bench_ablation(cases: Sequence[str], rounds: int, seconds: float, out: Path) -> Path:
    """What each technique brings; the path of the JSON, beside which the same stands as a Markdown table.

    As in `bench`, what is measured lies beside it until all is.
    """
    record = header()
    path = out / f"{slug(record['machine'])}-ablation.json"
    part = path.with_suffix(".part")
    record["cases"] = {}
    for case in cases:
        for measured in ablate(case, rounds, seconds):
            record["cases"][case] = measured
            write(record, part)
    lines = "\n".join(ablation_lines(record))
    path.with_suffix(".md").write_text(lines + "\n")
    print(lines, flush=True)
    return write(record, part).replace(path)


def header() -> dict[str, Any]:
    """Machine, code and time; warns where others keep the machine busy."""
    busy = busy_cores()
    if busy is not None and busy > BUSY:
        print(f"warning: {busy} cores are busy with something else; these figures will be too low", flush=True)
    head, dirty = commit()
    machine = describe_machine(find_device("auto"))
    return {"machine": machine, "busy_cores_before": busy, "commit": head, "dirty": dirty, "time": now()}


def grid(runs_per_hour: dict[str, float]) -> dict[str, Any]:
    """Hours of the CIFAR-10 grid for each way of training it."""
    runs = grid_runs()
    return {"name": GRID, "runs": runs, "hours": {name: round(runs / rate, 1) for name, rate in runs_per_hour.items()}}


def write(record: dict[str, Any], path: Path) -> Path:
    """Write `record` as JSON; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n")
    return path
