"""Parameters as one would type them; needs nothing of a training, since choices are made without it."""

import json
from collections.abc import Mapping


def typed_options(values: Mapping[str, float]) -> list[str]:
    """`values` as one would type them, exactly: another value is another run. JSON writes numbers as Hydra reads them.

    >>> typed_options({"loss.log_zero": -9.210340371976182, "loss.hard": True})
    ['loss.log_zero=-9.210340371976182', 'loss.hard=true']
    """
    return [f"{option}={json.dumps(value)}" for option, value in values.items()]
