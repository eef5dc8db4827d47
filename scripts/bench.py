"""Measure training speed on this machine beside the usual PyTorch loop, and write it to results/bench.

python scripts/bench.py
python scripts/bench.py ablation=true
python scripts/bench.py profile=true
python scripts/bench.py tables=true
"""

from pathlib import Path
from typing import Literal

from sl.checks import integer, number
from sl.command_line import run_script
from sl.errors import UserError

PAGES = Path("docs/speed.md"), Path("README.md")


def main(
    ablation: bool = False,
    profile: bool = False,
    tables: bool = False,
    cases: tuple[Literal["cnn8", "cnn4", "digits"], ...] = ("cnn8", "cnn4"),
    rounds: int = 5,
    seconds: float = 4.0,
    out: Path = Path("results/bench"),
) -> None:
    """Measure training speed on this machine beside the usual PyTorch loop.

    ablation: measure what each technique brings instead
    profile: list instead what a step consists of: kernels on a GPU, PyTorch's operators on a CPU
    tables: measure nothing; rewrite the tables of docs and README
    cases: what is trained, such as cnn8,cnn4
    rounds: rounds, each with every contender
    seconds: time of each contender in a round
    out: folder to write to
    """
    integer("rounds", rounds, 1)
    number("seconds", seconds, 0, low_open=True)
    if tables:
        from studies.bench.report import update_pages

        print("\n".join(update_pages(out, *PAGES)))
        return
    if ablation and profile:
        raise UserError("profile", profile, "must be false with ablation=true")
    from studies.bench.command import bench  # imports torch; --help does without it

    print(bench(cases, rounds, seconds, out, "ablation" if ablation else "step" if profile else "comparison"))


if __name__ == "__main__":
    run_script(main)
