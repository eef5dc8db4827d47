"""SL against CE class by class: every class is lifted, the hardest most."""

import numpy as np

from sl.claims.cell import Cell
from sl.claims.claim import Claim
from sl.claims.classwise import CE_CLEAN
from sl.claims.measures import harder_minus_easier, others_mean
from sl.record import Noise, Run, Series
from sl.record.run import Array

TOPIC = "SL against CE, class by class"


def final(run: Run) -> Array:
    """Test accuracy of each class (K,) after the last epoch, in percent."""
    return 100 * run.class_curve()[-1]


def least_lifted(ce: Series, sl: Series) -> Array:
    """Gain of the class that gained least on the other seeds."""
    gains = sl.stack(final) - ce.stack(final)
    others = others_mean(gains)
    if np.isnan(others).any():
        return np.full(len(gains), np.nan)
    return np.take_along_axis(gains, others.argmin(axis=1)[:, None], axis=1)[:, 0]


def hardest_lifted(clean: Series, ce: Series, sl: Series) -> Array:
    """Gain of the harder half of the classes minus that of the easier half."""
    return harder_minus_easier(clean, sl.stack(final) - ce.stack(final))


def claims() -> list[Claim]:
    """The claims at symmetric 60 % noise, which the paper shows, and at 40 %."""
    return [claim for rate in (0.6, 0.4) for claim in _at(rate)]


def _at(rate: float) -> list[Claim]:
    noise = Noise("symmetric", rate)
    ce, sl, percent = Cell("ce", noise), Cell("sl", noise), f"{100 * rate:g}"
    return [
        Claim(
            f"sl_lifts_every_class_{percent}",
            TOPIC,
            f"At symmetric {percent} % noise SL is better than CE at every class.",
            "SL minus CE, last epoch, at the class that gains least (which one it is, the other seeds say)",
            (ce, sl),
            least_lifted,
        ),
        Claim(
            f"sl_lifts_hardest_most_{percent}",
            TOPIC,
            f"At symmetric {percent} % noise the hard classes gain most by SL.",
            "SL minus CE, last epoch: harder half of the classes minus easier half (halves by CE on clean labels)",
            (CE_CLEAN, ce, sl),
            hardest_lifted,
        ),
    ]
