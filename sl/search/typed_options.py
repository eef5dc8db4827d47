"""Parameters as typed options; imports nothing of the training, because a choice of parameters needs none."""

import json
from collections.abc import Mapping


def typed_options(values: Mapping[str, float]) -> list[str]:
    """`values` as options to type, with all digits, since another value is another run. Hydra reads JSON's numbers.

    >>> typed_options({"loss.log_zero": -9.210340371976182, "loss.hard": True})
    ['loss.log_zero=-9.210340371976182', 'loss.hard=true']
    """
    return [f"{option}={json.dumps(value)}" for option, value in values.items()]
