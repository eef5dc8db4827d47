"""Measured figures as text."""

from collections.abc import Iterable, Mapping
from typing import Any

GIGA, MEBI = 1e9, 2**20


def spread(values: Mapping[str, float], unit: str = "") -> str:
    """Median and range.

    >>> spread({"median": 3.2, "low": 3.0, "high": 3.5}, " x")
    '3.20 x (3.00 to 3.50)'
    """
    digits = 2 if values["median"] < 100 else 0
    median, low, high = (f"{values[key]:,.{digits}f}" for key in ("median", "low", "high"))
    return f"{median}{unit} ({low} to {high})"


def comparison_lines(measured: Mapping[str, Any]) -> list[str]:
    """What `compare` found, for people."""
    engine, reference = measured["engine"], measured["reference"]
    images = "real images" if engine["real_images"] else "random bytes in the place of images, which are not there"
    lines = [
        f"{measured['case']}, batch {engine['batch_size']}, {images}; median and range of {measured['rounds']} rounds",
        f"  reference loop ({reference['threads']} threads, {reference['workers']} workers): "
        f"{spread(measured['images_per_second']['reference'])} images/s",
    ]
    for name, times in measured["times_reference"].items():
        per_core = measured["times_reference_per_core"][name]["median"]
        images = spread(measured["images_per_second"][name])
        lines.append(f"  {name}: {images} images/s, {spread(times, ' x')}; {per_core:.2f} x by the core-second")
    matmul = measured["matmul_flops"]["median"] / GIGA
    lines += [
        f"  {measured['share_of_matmul']:.0%} of the {matmul:,.0f} GFLOP/s that a matrix product reaches here "
        f"({engine['precision']}, {engine['threads']} threads)",
        f"  peak memory {mebibytes(engine['peak_bytes'])}, {mebibytes(engine['data_bytes'])} of them images; "
        f"reference loop {mebibytes(reference['peak_bytes'])} and its workers",
        f"  first step {measured['start']['first_run_seconds']} s after the start of a process, "
        f"{measured['start']['second_run_seconds']} s after that of a sweep's second run",
        "  runs an hour: " + ", ".join(f"{name} {rate:.3g}" for name, rate in measured["runs_per_hour"].items()),
    ]
    return lines


def comparison_table(record: Mapping[str, Any]) -> list[str]:
    """What `compare` found for every case, as a Markdown table for docs/speed.md."""
    lines = [
        "| network | way of training | images/s | times the reference loop | runs an hour |",
        "|---|---|---|---|---|",
    ]
    for measured in record["cases"].values():
        for name, images in measured["images_per_second"].items():
            times = measured["times_reference"].get(name)
            ratio = spread(times) if times else "1"
            hourly = f"{measured['runs_per_hour'][name]:.3g}"
            lines.append(f"| {measured['case']} | {name} | {spread(images)} | {ratio} | {hourly} |")
    return lines


def surroundings_table(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Share of the matrix-multiply rate, memory and start-up times, as a Markdown table for docs/speed.md.

    Memory stands as a dash where it was not measured.
    """
    lines = [
        "| machine | network | share of the matrix-multiply rate | peak memory of a run | images in it "
        "| reference loop without its workers | first step of a run | of a sweep's second run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for record in records:
        for measured in record["cases"].values():
            engine, start = measured["engine"], measured["start"]
            cells = [
                machine_words(record["machine"]),
                measured["case"],
                f"{measured['share_of_matmul']:.0%}",
                *(mebibytes(size) for size in (engine.get("peak_bytes"), engine["data_bytes"])),
                mebibytes(measured["reference"].get("peak_bytes")),
                *(f"{start[name]:.2f} s" for name in ("first_run_seconds", "second_run_seconds")),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def mebibytes(size: int | None) -> str:
    """A number of bytes for people; a dash for None.

    >>> mebibytes(3 * 2**30)
    '3,072 MiB'
    """
    return "–" if size is None else f"{size / MEBI:,.0f} MiB"


def grid_words(grid: Mapping[str, Any]) -> str:
    """How long the CIFAR-10 grid would take, in one sentence.

    >>> grid_words({"name": "grid", "runs": 294, "hours": {"reference": 3000.0, "one run": 1000.0}})
    "The 294 runs of grid at the paper's scale, computed from these rates: 3,000 h (reference), 1,000 h (one run)"
    """
    hours = ", ".join(f"{value:,.0f} h ({name})" for name, value in grid["hours"].items())
    return f"The {grid['runs']} runs of {grid['name']} at the paper's scale, computed from these rates: {hours}"


def summary_table(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """How many times the reference loop's speed each machine reaches, as the README's Markdown table."""
    lines = [
        "| machine | network | one run | best way of a sweep |",
        "|---|---|---|---|",
    ]
    for record in records:
        for measured in record["cases"].values():
            one, *several = (values["median"] for values in measured["times_reference"].values())
            speeds = f"{one:.2f} x | {max((one, *several)):.2f} x"
            lines.append(f"| {machine_words(record['machine'])} | {measured['case']} | {speeds} |")
    return lines


def machine_words(machine: Mapping[str, Any]) -> str:
    """A machine as people call it.

    >>> machine_words({"gpu": None, "cpu": "AMD EPYC", "cpu_family": "25", "cores": 2})
    '2 cores of AMD EPYC, family 25'
    """
    return machine["gpu"] or f"{machine['cores']} cores of {machine['cpu']}, family {machine['cpu_family']}"


def ablation_lines(record: Mapping[str, Any]) -> list[str]:
    """What `ablate` found for every case, as Markdown tables."""
    lines: list[str] = []
    for measured in record["cases"].values():
        machine = record["machine"]
        lines += [
            f"{measured['case']}, {machine['gpu'] or machine['cpu']}, {machine['cores']} cores; "
            f"median and range of {measured['rounds']} rounds, default and changed in turns",
            "",
            "| changed | images/s | times the default | by the core-second |",
            "|---|---|---|---|",
            f"| nothing: the default | {measured['default']['median']:,.0f} | 1 | 1 |",
        ]
        for row in measured["changes"]:
            per_core = row["times_per_core"]["median"]
            images = row["images_per_second"]["median"]
            lines.append(f"| {row['name']} | {images:,.0f} | {spread(row['times'])} | {per_core:.2f} |")
        lines.append("")
    return lines[:-1]
