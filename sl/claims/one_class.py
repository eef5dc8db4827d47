"""Whether a verdict on the harder and the easier half of the classes rests on a single class."""

from collections.abc import Sequence

import numpy as np

from sl.claims.claim import Claim
from sl.comparison import Series

LEAST_LEFT = 0.5  # share of a mean; if less is left without one class, the mean says little about the other classes
FEWEST_CLASSES = 4  # so that both halves keep one


def rests_on(claim: Claim, series: Sequence[Series], mean: float) -> dict[str, float]:
    """The classes without which less than half of a claim's `mean` is left: name to the mean without that class.

    Empty for claims that do not compare halves of the classes.
    """
    names = series[0].runs[0].class_names if claim.halves else []
    if len(names) < FEWEST_CLASSES:
        return {}
    left = {name: float(np.nanmean(claim.measure(*series, without=place))) for place, name in enumerate(names)}
    return {name: value for name, value in left.items() if value / mean < LEAST_LEFT}
