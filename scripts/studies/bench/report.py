"""The results of the benchmarks as tables in Markdown; needs no torch."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import filterfalse
from pathlib import Path
from typing import Any

from sl.errors import UserError
from sl.numbers import plural
from sl.tables.formats import table
from sl.tables.marks import fill

ABLATION, STEP = "-ablation", "-step"  # ends of the names of files
SHOWN = 12  # how many parts of a step a table shows
OTHERS = "all others together, not kept one by one"  # in a record of which only the longest parts were kept
BUSY = 0.2  # cores that other work may use before the results are in doubt
CODE = "commit, PyTorch"
HEADER = ("machine", "network", "reference loop, images/s", "one run", "several at once", "peak memory", CODE)
SUMMARY = ("machine", "network", "one run", "best way of a sweep", CODE)
NO_GPU = "This comparison was not measured on a GPU yet."


def update_pages(folder: Path, page: Path, readme: Path) -> list[str]:
    """Bring the tables of `page` (docs/speed.md) and the README's speed table up to date with the files in `folder`.

    Raises UserError if there is no comparison in `folder`: the tables would be emptied.
    """
    records = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    whole = {
        name: record for name, record in records.items() if not name.endswith((f"{ABLATION}.json", f"{STEP}.json"))
    }
    if not whole:
        raise UserError("out", folder, "must be a folder with measurements: scripts/bench.py makes them")
    parts = ["\n".join(comparison_table(whole.values())), sources(whole)]
    for title, kind, lines in (
        ("### What each technique brings", ABLATION, ablation_lines),
        ("### Where a step spends its time", STEP, step_lines),
    ):
        found = {name: record for name, record in records.items() if name.endswith(f"{kind}.json")}
        if found:
            parts.append(title)
        for name, record in found.items():
            parts += ["\n".join(lines(record)), sources([name])]
    return [fill(page, "\n\n".join(parts)), fill(readme, "\n".join(summary_table(whole.values())), "speed")]


def sources(names: Iterable[str]) -> str:
    """Links to files of results/bench, from docs/."""
    return "From " + ", ".join(f"[{name}](../results/bench/{name})" for name in names) + "."


def spread_text(values: Mapping[str, float], unit: str = "") -> str:
    """Median and range.

    >>> spread_text({"median": 3.2, "low": 3.0, "high": 3.5}, " x")
    '3.20 x (3.00 to 3.50)'
    """
    digits = 2 if values["median"] < 100 else 0
    median, low, high = (f"{values[key]:,.{digits}f}" for key in ("median", "low", "high"))
    return f"{median}{unit} ({low} to {high})"


def comparison_table(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """What `compare` found on every machine, as a Markdown table; a dash where nothing was measured."""
    rows = []
    for record in records:
        for measured in record["cases"].values():
            rates, times = measured["images_per_second"], measured["times_reference"]
            ways = (f"{name}: {rates[name]['median']:,.0f}, {spread_text(each, ' x')}" for name, each in times.items())
            one, *several = ways
            peak = measured["engine"].get("peak_bytes")
            memory = f"{peak / 2**20:,.0f} MiB" if peak else "–"
            where = [title(record), measured["case"], f"{rates['reference']['median']:,.0f}"]
            rows.append([*where, one.partition(": ")[2], "; ".join(several) or "–", memory, code(record)])
    return table(HEADER, rows).splitlines()


def summary_table(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """How many times the reference loop's speed each idle machine reaches, as the README's Markdown table.

    Where no machine has a GPU, a line below the table says so.
    """
    rows, gpu = [], False
    for record in filterfalse(others_cores, records):
        gpu |= bool(record["machine"]["gpu"])
        for measured in record["cases"].values():
            one, *several = (values["median"] for values in measured["times_reference"].values())
            machine = machine_title(record["machine"])
            rows.append([machine, measured["case"], f"{one:.2f} x", f"{max((one, *several)):.2f} x", code(record)])
    return [*table(SUMMARY, rows).splitlines(), *([] if gpu else ["", NO_GPU])]


def code(record: Mapping[str, Any]) -> str:
    """What was measured: the commit (a dash where the code had no history), and the version of PyTorch.

    >>> code({"commit": "0e7ed0ef76709e7f", "machine": {"torch": "2.14.1+cu130"}})
    '0e7ed0e, 2.14.1'
    """
    return f"{(record['commit'] or '–')[:7]}, {record['machine']['torch'].partition('+')[0]}"


def others_cores(record: Mapping[str, Any]) -> float:
    """How many cores other work kept busy when the measurement began; 0 for at most BUSY, or if unknown."""
    cores = record.get("busy_cores_before") or 0.0
    return cores if cores > BUSY else 0.0


def title(record: Mapping[str, Any]) -> str:
    """The machine in words, and how many cores other work kept busy.

    >>> machine = {"gpu": None, "cpu": "CPU", "cpu_family": "6", "instructions": None, "cores": 2}
    >>> title({"machine": machine, "busy_cores_before": 8.03})
    '2 cores of CPU, family 6, while others kept 8.0 cores busy'
    """
    others = others_cores(record)
    return machine_title(record["machine"]) + (f", while others kept {others:.1f} cores busy" if others else "")


def machine_title(machine: Mapping[str, Any]) -> str:
    """A machine in words.

    >>> machine_title({"gpu": None, "cpu": "AMD EPYC", "cpu_family": "25", "instructions": "avx2", "cores": 2})
    '2 cores of AMD EPYC, family 25, AVX2'
    """
    able = machine["instructions"]
    cores = f"{machine['cores']} cores of {machine['cpu']}, family {machine['cpu_family']}"
    return machine["gpu"] or ", ".join([cores, *([able.upper().replace("_", "-")] if able else [])])


def ablation_lines(record: Mapping[str, Any]) -> list[str]:
    """What `ablate` found, as one Markdown table: how many times as fast as the default, for every case."""
    cases = list(record["cases"].values())
    rounds = max(measured["rounds"] for measured in cases)
    found = [{row["name"]: spread_text(row["times"]) for row in measured["changes"]} for measured in cases]
    names = dict.fromkeys(name for rows in found for name in rows)
    rows = [[name, *(rows.get(name, "–") for rows in found)] for name in names]
    heading = f"{title(record)}: times the default, median and range of {rounds} rounds, in turns"
    return [heading, "", *table(["changed", *(measured["case"] for measured in cases)], rows).splitlines()]


def step_lines(record: Mapping[str, Any]) -> list[str]:
    """The longest kinds of parts of a step that `profile_step` found, as a Markdown table for every case."""
    text = []
    calls = "launches" if record["machine"]["gpu"] else "calls"
    for measured in record["cases"].values():
        total, launches = measured["busy_microseconds"], measured["launches"]
        what = ", ".join(
            plural(value, "thread") if key == "threads" else str(value) for key, value in measured["runtime"].items()
        )
        text += [
            f"{title(record)}, {measured['case']} ({what}), batch {measured['batch_size']}: "
            f"{measured['step_microseconds']:,.0f} µs a step; "
            f"under the profiler its parts take {total:,.0f} µs in {launches:,.0f} {calls}",
            "",
        ]
        single = [part for part in measured["parts"] if part["name"] != OTHERS]
        kinds = sorted(by_kind(single).items(), key=lambda item: -item[1][0])
        rows = [(f"`{kind}`", *sums) for kind, sums in kinds[:SHOWN]]
        rest = total - sum(row[1] for row in rows), launches - sum(row[2] for row in rows)
        rows += [("the rest", *rest)] if len(kinds) > SHOWN or len(single) < len(measured["parts"]) else []
        cells = [[name, f"{micros:,.0f}", f"{micros / total:.0%}", f"{count:,.0f}"] for name, micros, count in rows]
        text += [*table(["part", "µs", "share", calls], cells).splitlines(), ""]
    return text[:-1]


def by_kind(parts: Iterable[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Microseconds and launches of the parts of a step, summed over the parts of each kind."""
    sums: dict[str, tuple[float, float]] = {}
    for part in parts:
        kind = kind_of(part["name"])
        micros, launches = sums.get(kind, (0.0, 0.0))
        sums[kind] = micros + part["microseconds"], launches + part["launches"]
    return sums


def kind_of(name: str) -> str:
    """The name of an operator or kernel, without template arguments, parameters and the sizes of its tiles.

    >>> kind_of("max_pool_backward_nhwc<BFloat16, float>(BFloat16 const*, long const*, int)")
    'max_pool_backward_nhwc'
    >>> kind_of("sm90_xmma_dgrad_implicit_gemm_bf16bf16_nhwc_tilesize128x128x64_warpgroupsize1x1")
    'sm90_xmma_dgrad_implicit_gemm_bf16bf16_nhwc'
    """
    return re.split(r" ?[<(]|_tilesize", name)[0]
