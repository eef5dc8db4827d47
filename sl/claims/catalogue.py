"""All claims, and what the records of one data set, scale and recipe say of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sl.claims import baselines, classwise, confidence, improvement, memorisation, parameters, representation
from sl.claims.claim import Claim, Outcome, evaluate
from sl.record import Noise, Sheet
from sl.tables.compare import PAPER, beside
from sl.tables.published import ClassAccuracies, Published

USUAL = ("cifar10", "authors_code")  # what is listed as missing where nothing is recorded at all


@dataclass(frozen=True)
class Literature:
    """What others published, as read from results/paper."""

    tables: Sequence[Published] = ()
    classes: Sequence[ClassAccuracies] = ()


def catalogue(
    dataset: str, settings: Sequence[Noise], tables: Sequence[Published], classes: Sequence[ClassAccuracies]
) -> list[Claim]:
    """Every claim that can be asked of a data set under these noises; `tables`, `classes`: what stands beside."""
    return [
        *classwise.claims(dataset, classes),
        *memorisation.claims(),
        *improvement.claims(),
        *confidence.claims(),
        *representation.claims(),
        *baselines.claims(settings, tables),
        *parameters.claims(dataset),
        *baselines.boosting(),
    ]


def outcomes(sheet: Sheet, literature: Literature) -> list[Outcome]:
    """Every claim measured on one sheet."""
    dataset, _, recipe = sheet.names
    settings = baselines.noises(dataset, literature.tables, sheet.noises)
    tables = beside(sheet, literature.tables, "last epoch")
    classes = literature.classes if (dataset, recipe) == USUAL else ()
    return [evaluate(claim, sheet) for claim in catalogue(dataset, settings, tables, classes)]


def unrecorded(literature: Literature) -> list[Outcome]:
    """Every claim on CIFAR-10 where nothing is recorded yet."""
    dataset = USUAL[0]
    settings = baselines.noises(dataset, literature.tables, ())
    tables = [table for table in literature.tables if (table.label, table.dataset) == (PAPER, dataset)]
    return [evaluate(claim, None) for claim in catalogue(dataset, settings, tables, literature.classes)]
