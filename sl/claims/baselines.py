"""SL against every other method of the paper's main table, noise by noise, and what SL adds to the others."""

import re
from collections.abc import Iterable, Sequence

from sl.claims.cell import Cell
from sl.claims.claim import Claim, Reported
from sl.claims.classwise import NOISY
from sl.claims.measures import difference
from sl.record import CLEAN, Noise
from sl.record.words import loss_title
from sl.tables.compare import PAPER
from sl.tables.published import CONFIDENCES, Published

ACCURACY = "Accuracy against the paper's baselines"
BOOSTING = "SL inside other methods"
BASELINES = ("ce", "lsr", "bootstrap_hard", "forward", "d2l", "gce")
BOOSTED = {"forward": "forward_sl", "lsr": "lsr_sl", "bootstrap_hard": "bootstrap_sl", "d2l": "d2l_sl"}
NOISES = (
    CLEAN,
    *(Noise("symmetric", rate) for rate in (0.2, 0.4, 0.6)),
    *(Noise("asymmetric", rate) for rate in (0.2, 0.3, 0.4)),
)


def noises(dataset: str, published: Iterable[Published], recorded: Iterable[Noise]) -> list[Noise]:
    """The noise settings of the paper's table on this data set (its usual seven where it has none), and those run."""
    own = [table for table in published if (table.label, table.dataset) == (PAPER, dataset)]
    printed = [noise for table in own for noise in table.noises]
    return sorted({*(printed or NOISES), *recorded}, key=lambda noise: noise.order)


def claims(settings: Iterable[Noise], published: Sequence[Published]) -> list[Claim]:
    """SL is the best: one claim for each baseline and noise; `published`: tables that may stand beside."""
    return [_against(loss, noise, published) for noise in settings for loss in BASELINES]


def boosting() -> list[Claim]:
    """SL in place of the cross entropy inside other methods, at symmetric 40 % noise."""
    return [
        Claim(
            f"sl_boosts_{loss}",
            BOOSTING,
            f"SL improves other methods: {loss_title(loss)} with SL in place of its CE is better than without.",
            f"test accuracy, last epoch, symmetric 40 %: {loss_title(loss)} with SL minus without",
            (Cell(boosted, NOISY), Cell(loss, NOISY)),
            difference,
        )
        for loss, boosted in BOOSTED.items()
    ]


def _against(loss: str, noise: Noise, published: Sequence[Published]) -> Claim:
    name, reported = loss_title(loss), tuple(_reported(loss, noise, published))
    sentence = f"SL is more accurate than {name} ({noise.words})."
    if any(other.paper and other.text.startswith("−") for other in reported):
        sentence += f" (Not a claim of the paper: its own table has {name} ahead here.)"
    return Claim(
        f"sl_vs_{loss}_{_key(noise)}",
        ACCURACY,
        sentence,
        f"test accuracy, last epoch, {noise.words}: SL minus {name}",
        (Cell("sl", noise), Cell(loss, noise)),
        difference,
        reported=reported,
    )


def _key(noise: Noise) -> str:
    kind = "clean" if noise == CLEAN else noise.kind
    parts = [kind, f"{100 * noise.rate:g}" if noise.rate else "", noise.detail]
    return "_".join(re.sub(r"\W+", "_", part) for part in parts if part)


def _reported(loss: str, noise: Noise, published: Sequence[Published]) -> Iterable[Reported]:
    for table in published:
        sl, other = table.cells.get(("sl", noise)), table.cells.get((loss, noise))
        if sl and other:
            text = f"{sl.mean - other.mean:+.{min(sl.decimals, other.decimals)}f}".replace("-", "−")
            epoch = f", {table.epoch} epoch" if table.epoch in ("last", "best") else ""
            yield Reported(text, f"{table.label}{epoch}; {CONFIDENCES[table.confidence]}", table.label == PAPER)
