"""What the paper's Fig. 4 and its SL counterpart show: confidence on the rightly labelled part of class 3."""

import math

from sl.claims.claim import Claim
from sl.claims.classwise import CE, CE_CLEAN, SL
from sl.record import Run, Series
from sl.record.run import Array

TOPIC = "Confidence"
PROBED = 3


def confidence(run: Run) -> float:
    """Mean softmax confidence in class 3, late, over its rightly labelled training images, in percent."""
    probe = run.probes["late"]
    if probe["probe_class"] != PROBED or not probe["count"]:
        return math.nan
    return 100 * float(run.probe_values("late", "confidence")[PROBED])


def less_confident(low: Series, high: Series) -> Array:
    """Confidence of the second minus that of the first."""
    return high.stack(confidence) - low.stack(confidence)


def claims() -> list[Claim]:
    """The claims on confidence, at symmetric 40 % noise."""
    return [
        Claim(
            "ce_confidence_low",
            TOPIC,
            "Under noise CE stays unsure of class 3 even on its rightly labelled training images.",
            "mean confidence in class 3 on its rightly labelled training images under CE, late: on clean labels minus "
            "at symmetric 40 %",
            (CE, CE_CLEAN),
            less_confident,
        ),
        Claim(
            "sl_confidence_higher",
            TOPIC,
            "SL is surer than CE of class 3 on its rightly labelled training images.",
            "mean confidence in class 3 on its rightly labelled training images at symmetric 40 %, late: SL minus CE",
            (CE, SL),
            less_confident,
        ),
    ]
