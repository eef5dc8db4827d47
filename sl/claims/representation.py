"""What the paper's Fig. 2 and its SL counterpart show as pictures, measured: do representations separate classes?"""

import math
from functools import partial

from sl.claims.cell import Cell
from sl.claims.claim import Claim
from sl.claims.classwise import CE, CE_CLEAN, SL
from sl.record import Run, Series
from sl.record.run import Array
from sl.separation import separation_of

TOPIC = "Representation"
MEASURES = {
    "silhouette": ("silhouette", "silhouette of the classes, times 100"),
    "neighbours": ("nearest neighbours", "accuracy of 10 nearest neighbours over 5 folds"),
}


def separated(run: Run, measure: str) -> float:
    """100 times the separation of the test classes at the last epoch; nan where no representation was kept."""
    found = separation_of(run)
    return 100 * float(getattr(found, measure)) if found else math.nan


def better_separated(measure: str, worse: Series, better: Series) -> Array:
    """Separation in the second minus that in the first."""
    return better.stack(separated, measure) - worse.stack(separated, measure)


def claims() -> list[Claim]:
    """The claims on representations, each by both measures, at symmetric 40 % noise."""
    compared: tuple[tuple[str, str, str, tuple[Cell, Cell]], ...] = (
        ("noise_blurs", "Noise blurs what CE has learnt: its classes are kept apart less than on clean labels.",
         "CE on clean labels minus CE at symmetric 40 %", (CE, CE_CLEAN)),
        ("sl_separates", "Under noise SL's representation keeps the classes apart better than that of CE.",
         "SL minus CE at symmetric 40 %", (CE, SL)),
    )  # fmt: skip
    return [
        Claim(
            f"{name}_{measure}",
            TOPIC,
            f"{sentence} ({how})",
            f"{what} in the representation of test images, last epoch: {pair}",
            cells,
            partial(better_separated, measure),
        )
        for name, sentence, pair, cells in compared
        for measure, (how, what) in MEASURES.items()
    ]
