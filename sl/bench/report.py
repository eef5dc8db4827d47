"""Measured figures as text; needs no torch."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sl.tables.readme import fill
from sl.tables.write import table

ABLATION = "-ablation"
HEADER = ("machine", "network", "way of training", "images/s", "times the reference loop", "runs an hour")
SURROUNDINGS = ("share of the matrix-multiply rate", "peak memory")
SUMMARY = ("machine", "network", "one run", "best way of a sweep")
ABLATION_HEADER = ("changed", "images/s", "times the default", "by the core-second")
NO_GPU = ("one H200 or H100", "cnn8 on CIFAR-10", "not measured yet", "not measured yet")


def update_pages(folder: Path, page: Path, readme: Path) -> list[str]:
    """Bring the tables of `page` (docs/speed.md) and the README's speed table up to date with the files in `folder`."""
    records = {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    whole = [record for name, record in records.items() if ABLATION not in name]
    parts = ["\n".join(comparison_table(whole)), sources(name for name in records if ABLATION not in name)]
    for name, record in records.items():
        if ABLATION in name:
            parts += ["### What each technique brings", "\n".join(ablation_lines(record)), sources([name])]
    return [fill(page, "\n\n".join(parts)), fill(readme, "\n".join(summary_table(whole)), "speed")]


def sources(names: Iterable[str]) -> str:
    """Links to files of results/bench, from docs/."""
    return "From " + ", ".join(f"[{name}](../results/bench/{name})" for name in names) + "."


def spread(values: Mapping[str, float], unit: str = "") -> str:
    """Median and range.

    >>> spread({"median": 3.2, "low": 3.0, "high": 3.5}, " x")
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
            for name, images in measured["images_per_second"].items():
                times = measured["times_reference"].get(name)
                peak = measured["engine"].get("peak_bytes")
                one = name == "one run"
                rows.append(
                    [
                        machine_title(record["machine"]),
                        measured["case"],
                        name,
                        spread(images),
                        spread(times) if times else "1",
                        f"{measured['runs_per_hour'][name]:.3g}",
                        f"{measured['share_of_matmul']:.0%}" if one else "–",
                        f"{peak / 2**20:,.0f} MiB" if one and peak else "–",
                    ]
                )
    return table((*HEADER, *SURROUNDINGS), rows).splitlines()


def summary_table(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """How many times the reference loop's speed each machine reaches, as the README's Markdown table."""
    rows, gpu = [], False
    for record in records:
        gpu |= bool(record["machine"]["gpu"])
        for measured in record["cases"].values():
            one, *several = (values["median"] for values in measured["times_reference"].values())
            machine = machine_title(record["machine"])
            rows.append([machine, measured["case"], f"{one:.2f} x", f"{max((one, *several)):.2f} x"])
    return table(SUMMARY, rows if gpu else [*rows, list(NO_GPU)]).splitlines()


def machine_title(machine: Mapping[str, Any]) -> str:
    """A machine as people call it.

    >>> machine_title({"gpu": None, "cpu": "AMD EPYC", "cpu_family": "25", "instructions": "avx2", "cores": 2})
    '2 cores of AMD EPYC, family 25, AVX2'
    """
    able = machine["instructions"] if "instructions" in machine else "".join(machine["bfloat16"][-1:])
    title = f"{machine['cores']} cores of {machine['cpu']}, family {machine['cpu_family']}"
    return machine["gpu"] or ", ".join([title, *([able.upper().replace("_", "-")] if able else [])])


def ablation_lines(record: Mapping[str, Any]) -> list[str]:
    """What `ablate` found for every case, as Markdown tables."""
    lines: list[str] = []
    for measured in record["cases"].values():
        rows = [["nothing: the default", f"{measured['default']['median']:,.0f}", "1", "1"]]
        for row in measured["changes"]:
            images, per_core = row["images_per_second"]["median"], row["times_per_core"]["median"]
            rows.append([row["name"], f"{images:,.0f}", spread(row["times"]), f"{per_core:.2f}"])
        title = (
            f"{measured['case']}, {machine_title(record['machine'])}; median and range of {measured['rounds']} rounds"
        )
        lines += [f"{title}, default and changed in turns", "", *table(ABLATION_HEADER, rows).splitlines(), ""]
    return lines[:-1]
