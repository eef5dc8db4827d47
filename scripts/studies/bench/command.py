"""The work of `scripts/bench.py`: measure, print, write."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from sl.errors import UserError
from sl.files import replace_json
from sl.record.provenance import commit, now
from sl.train.device import find_device
from studies.bench.ablation import ablate
from studies.bench.compare import compare
from studies.bench.machine import busy_cores, describe_machine, machine_slug
from studies.bench.report import ABLATION, BUSY, STEP, ablation_lines, comparison_table, step_lines
from studies.bench.step import profile_steps

Kind = Literal["comparison", "ablation", "step"]
Cases = dict[str, dict[str, Any]]  # the measurements so far, by case
# For each kind: the end of the file's name, the function that measures a case (a step needs no rounds), the table.
WAYS: dict[Kind, tuple[str, Callable[[str, int, float], Iterable[Cases]], Callable[[Any], list[str]]]] = {
    "comparison": ("", compare, lambda record: comparison_table([record])),
    "ablation": (ABLATION, ablate, ablation_lines),
    "step": (STEP, lambda case, *_: profile_steps(case), step_lines),
}


def bench(cases: Sequence[str], rounds: int, seconds: float, out: Path, kind: Kind = "comparison") -> Path:
    """Compare the engine with the reference loop or with itself changed, or list what a step consists of.

    Returns the path of the JSON. Until all cases are measured, results are in a file beside it (.part): only a whole
    file replaces an earlier one. Raises UserError where the earlier one has more cases, which would be lost.
    """
    suffix, measure, lines = WAYS[kind]
    record = header()
    path = out / f"{machine_slug(record['machine'])}{suffix}.json"
    if lost := sorted(cases_in(path) - set(cases)):
        rule = f"must have {', '.join(lost)} too, which {path} holds; or name another folder: out=..."
        raise UserError("cases", ",".join(cases), rule)
    part = path.with_suffix(".part")
    for case in cases:
        for measured in measure(case, rounds, seconds):
            record["cases"].update(measured)
            replace_json(part, record)
    print("\n".join(lines(record)), flush=True)
    return part.replace(path)


def cases_in(path: Path) -> set[str]:
    """The cases of the measurements in the file `path`; empty if there is no such file."""
    found = json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else ()
    return {name.partition(",")[0] for name in found}  # a step is also listed as `CASE, runtime=fast`


def header() -> dict[str, Any]:
    """The start of a record: machine, code and time; warns where other work keeps the machine busy."""
    busy = busy_cores()
    if busy > BUSY:
        print(f"warning: {busy} cores are busy with something else; these figures will be too low", flush=True)
    head, dirty = commit()
    machine = describe_machine(find_device("auto"))
    return {"machine": machine, "busy_cores_before": busy, "commit": head, "dirty": dirty, "time": now(), "cases": {}}
