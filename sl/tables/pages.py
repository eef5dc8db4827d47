"""Writes the tables of all recorded runs: results/tables/<data set>_<scale>.md, .csv and .tex.

All published results, with or without runs to compare, are in results/tables/published.md.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from sl.comparison import RunGroup
from sl.comparison.group_order import in_order, recipe_differences
from sl.comparison.sweeps import sweeps
from sl.comparison.titles import model_title, parameters
from sl.files import replace_file, writing
from sl.record import Run
from sl.record.shown import dataset_title
from sl.tables import sweep as sweep_table
from sl.tables.classes import class_table
from sl.tables.compare import cells, obstacle
from sl.tables.formats import comma_separated, latex, markdown
from sl.tables.layout import published_table, results_table
from sl.tables.paired import Comparison, comparisons
from sl.tables.published import Literature, Published
from sl.tables.results import STATISTICS

COLUMNS = (
    "dataset", "scale", "epochs", "train_images", "recipe", "network", "precision",
    "holdout", "fold", "differs", "loss", "parameters", "noise", "statistic",
    "n", "seeds", "mean", "std", "published", "published_std", "published_label", "published_epoch", "confidence",
    "difference", "not_compared", "pairs_with_sl", "sl_minus_loss", "low", "high", "p", "p_adjusted",
)  # fmt: skip


def write_all(runs: list[Run], literature: Literature, out: Path) -> Iterator[str]:
    """Write the tables of `runs` beside `literature` to `out`; yields a line for each page written.

    If no run is finished, a first line says so. Raises UserError if `out` cannot be written.
    """
    published = literature.tables
    if not any(run.complete for run in runs):
        yield "no finished run recorded yet: sl train records runs"
    shown = [run_group for run_group in in_order(runs) if run_group.runs or run_group.diverged]
    for (dataset, scale), group in groupby(sorted(shown, key=_file), key=_file):
        pages = list(group)
        results = [
            results_table(run_group, published, statistic, differs)
            for run_group, differs in zip(pages, recipe_differences(pages), strict=True)
            for statistic in STATISTICS
        ]
        texts = {
            ".md": "\n".join(
                [f"# {dataset_title(dataset)}, scale {scale}: test accuracy (%)\n"]
                + [markdown(table) for table in results]
                + [markdown(table) for group in pages if (table := class_table(group, literature.classes))]
                + [sweep_table.markdown(one) for group in pages for one in sweeps(group.members) if one.varies_loss]
            ),
            ".csv": csv_page(pages, published),
            ".tex": "\n".join(map(latex, results)),
        }
        name = page_name(dataset, scale)
        _write(out, name, texts)
        yield f"{out / name}.md, .csv and .tex"
    _write(out, "published", {".md": published_page(published)})
    yield f"{out / 'published'}.md"


def page_name(dataset: str, scale: str) -> str:
    """The file name, without suffix, for a data set and scale; its last _ is the one before the scale.

    >>> page_name("a_b", "c"), page_name("a", "b_c")
    ('a_b_c', 'a_b-c')
    """
    return f"{dataset}_{scale.replace('_', '-')}"


def _write(out: Path, name: str, texts: dict[str, str]) -> None:
    """Write one file for each suffix in `texts`."""
    with writing(out, "out"):
        for suffix, text in texts.items():
            replace_file(out / f"{name}{suffix}", text)


def published_page(published: Sequence[Published]) -> str:
    """All published tables as Markdown, grouped by data set."""
    parts = ["# Published by others, each with its own network and recipe: test accuracy (%)\n"]
    for dataset in dict.fromkeys(table.dataset for table in published):
        parts.append(f"## {dataset_title(dataset)}\n")
        parts += [markdown(published_table(table)) for table in published if table.dataset == dataset]
    return "\n".join(parts)


def csv_page(pages: Sequence[RunGroup], published: Sequence[Published]) -> str:
    """CSV with one line for each result and statistic; with several published values, one line for each value.

    The column `differs` says how a group differs from the first one of the same names (`recipe_differences`).
    """
    both = zip(pages, recipe_differences(pages), strict=True)
    return comma_separated(COLUMNS, (line for page, differs in both for line in _lines(page, published, differs)))


def _file(run_group: RunGroup) -> tuple[str, str]:
    """Data set and scale: groups in which these are equal share a page."""
    return run_group.names[:2]


def _lines(run_group: RunGroup, published: Sequence[Published], differs: str) -> Iterator[list[object]]:
    head, (dataset, scale, recipe) = run_group.head, run_group.names
    where = [dataset, scale, head.scale.epochs, head.data.train_images, recipe, model_title(head)]
    where += [head.config.precision, head.config.holdout, head.config.fold, differs]
    for statistic in STATISTICS:
        paired = comparisons(run_group, statistic)
        for cell in cells(run_group, published, statistic):
            own, table, value = cell.result, cell.published, cell.value
            why = obstacle(run_group, table) if table else None
            yield [
                *where,
                *(cell.loss, parameters(run_group.variant(cell.loss), cell.loss), cell.noise.title, statistic),
                *((own.n, " ".join(map(str, own.seeds)), _short(own.mean)) if own else (0, None, None)),
                _short(own.std) if own and own.n > 1 else None,
                *((value.mean, value.std) if value else (None, None)),
                *((table.label, table.epoch, table.confidence) if table else (None, None, None)),
                None if why else _short(cell.difference),
                why,
                *_paired(paired.get((cell.loss, cell.noise))),
            ]


def _paired(comparison: Comparison | None) -> list[object]:
    if comparison is None:
        return [None] * 6
    own = comparison.difference
    ends = own.interval or (None, None)
    means = map(_short, (own.mean if own.n else None, *ends))
    return [own.n, *means, *map(_four_digits, (own.p, comparison.p_adjusted))]


def _short(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _four_digits(p: float | None) -> str | None:
    """`p` with four significant digits, so that a small one does not become 0."""
    return None if p is None else f"{p:.4g}"
