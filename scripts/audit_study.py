"""Measure how well audits find wrong labels where the truth is known; docs/audit-study.md shows the outcome.

python scripts/audit_study.py cells=digits-symmetric-20,mnist-asymmetric-40
python scripts/audit_study.py table_only=true
"""

from pathlib import Path

from sl.checks import one_of
from sl.command_line import run_script
from studies.slug import slug


def main(
    cells: tuple[str, ...] = ("digits-symmetric-20", "digits-symmetric-40", "mnist-asymmetric-40"),
    results: Path = Path("results/audit_study"),
    work: Path = Path("results/audit/study"),
    page: Path = Path("docs/audit-study.md"),
    readme: Path = Path("README.md"),
    all_epochs: bool = False,
    table_only: bool = False,
    threads: int = 1,
) -> None:
    """Audit labels with known errors by several losses, six seeds (folds: three), and rewrite the tables of two pages.

    cells: settings to run; a wrong name lists them
    results: folder of the records
    work: folder of runs and networks
    page: Markdown page with the marks "results" and "all-epochs" between which the tables are written
    readme: Markdown page with the marks "audit" between which the shortest table is written
    all_epochs: do one run of CE and of SL at all epochs instead, three seeds; records go to the folder all_epochs below
    table_only: train nothing
    threads: threads of a run
    """
    from studies.audit import study  # imports torch; --help does without it
    from studies.audit.page import ALL_EPOCHS, write_pages

    known = {slug(cell): cell for cell in (study.LONG_CELLS if all_epochs else study.CELLS)}
    wanted = [known[one_of("cells", cell, known)] for cell in cells]
    if not table_only:
        planned = study.long_trials(wanted) if all_epochs else study.trials(wanted)
        study.run_study(planned, results / ALL_EPOCHS if all_epochs else results, work, threads)
    print("\n".join(write_pages(results, page, readme)), flush=True)


if __name__ == "__main__":
    run_script(main)
