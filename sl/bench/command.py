"""The whole of `scripts/bench.py`: measure, print, write."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sl.bench.ablation import ablate
from sl.bench.compare import compare
from sl.bench.machine import busy_cores, describe_machine, slug
from sl.bench.report import ablation_lines, comparison_table
from sl.record.provenance import commit, now
from sl.train.device import find_device

BUSY = 0.2  # cores that others may use before the figures are in doubt


def bench(cases: Sequence[str], rounds: int, seconds: float, out: Path, ablation: bool) -> Path:
    """Compare the engine with the reference loop, or with itself changed; the path of the JSON with the figures.

    Until all cases are measured they lie beside it (.part): an earlier file is replaced by a whole one only.
    """
    record = header()
    path = out / f"{slug(record['machine'])}{'-ablation' if ablation else ''}.json"
    part = path.with_suffix(".part")
    for case in cases:
        for measured in ablate(case, rounds, seconds) if ablation else [compare(case, rounds, seconds)]:
            record["cases"][case] = measured
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(record, indent=1) + "\n")
    print("\n".join(ablation_lines(record) if ablation else comparison_table([record])), flush=True)
    return part.replace(path)


def header() -> dict[str, Any]:
    """Machine, code and time; warns where others keep the machine busy."""
    busy = busy_cores()
    if busy > BUSY:
        print(f"warning: {busy} cores are busy with something else; these figures will be too low", flush=True)
    head, dirty = commit()
    machine = describe_machine(find_device("auto"))
    return {"machine": machine, "busy_cores_before": busy, "commit": head, "dirty": dirty, "time": now(), "cases": {}}
