"""CE first learns, then memorises wrong labels and unlearns classes; whether LSR and SL do likewise."""

import numpy as np

from sl.claims.cell import Cell
from sl.claims.claim import Claim
from sl.claims.classwise import CE, LSR, SL
from sl.claims.measures import others_mean
from sl.record import Run, Series
from sl.record.run import Array

TOPIC = "Memorisation"


def memorised(run: Run, stage: str) -> float:
    """Share of the wrongly labelled training images that are predicted as their wrong label, in percent."""
    return 100 * float(run.curve("wrong_memorised")[run.header["stages"][stage] - 1])


def more_memorised(series: Series) -> Array:
    """Wrong labels memorised late minus early."""
    return series.stack(memorised, "late") - series.stack(memorised, "early")


def memorised_less(series: Series, other: Series) -> Array:
    """Wrong labels memorised late by the first minus by the second."""
    return series.stack(memorised, "late") - other.stack(memorised, "late")


def decline(series: Series) -> Array:
    """Accuracy at a class's best epoch up to the late stage minus that after the last, mean over classes.

    The best epoch is picked on the other seeds: the best of a seed's own curve is above its last by chance alone.
    """
    curves = 100 * series.stack(Run.class_curve)
    others = others_mean(curves)[:, : series.runs[0].header["stages"]["late"]]
    if np.isnan(others).any():
        return np.full(len(curves), np.nan)
    best = np.take_along_axis(curves, others.argmax(axis=1)[:, None], axis=1)[:, 0]
    return (best - curves[:, -1]).mean(axis=1)


def claims() -> list[Claim]:
    """The claims on memorisation, at symmetric 40 % noise."""
    return [
        _memorises("ce", "CE", CE),
        Claim(
            "ce_declines",
            TOPIC,
            "Under noise CE learns the classes and then gets worse at them.",
            "accuracy under CE at symmetric 40 %, mean over classes: each class's best epoch up to the late stage "
            "(which one it is, the other seeds say) minus the last epoch",
            (CE,),
            decline,
        ),
        _memorises("lsr", "Label smoothing", LSR),
        Claim(
            "sl_memorises_less",
            TOPIC,
            "SL memorises fewer wrong labels than CE.",
            "wrong labels memorised at symmetric 40 %, late: CE minus SL",
            (CE, SL),
            memorised_less,
        ),
    ]


def _memorises(loss: str, name: str, cell: Cell) -> Claim:
    return Claim(
        f"{loss}_memorises",
        TOPIC,
        f"{name} fits wrong labels as training goes on.",
        f"wrong labels memorised under {loss.upper()} at symmetric 40 %: late minus early",
        (cell,),
        more_memorised,
    )
