"""Which run this is: a hash of what determines its result, and of nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from sl.files import short_digest


def canonical(value: Any) -> Any:
    """`value` in the one form it is hashed in: 1 and 1.0 are the same number, keys have no order.

    What is null is left out, so that an option which is added later and is off by null leaves identities alone.
    """
    if isinstance(value, dict):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str) if value[key] is not None}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def canonical_text(value: Any) -> str:
    """Equal for values that are equal as hashed: to group runs by."""
    return json.dumps(canonical(value))


def identity(result_config: Mapping[str, Any]) -> str:
    """The run's identity, 16 hexadecimal digits.

    `result_config` holds data, noise, model, loss, recipe, scale, seed and precision. Its `names` are only
    what people call these choices, and `probe` only says what is looked at; neither is hashed.

    >>> identity({"seed": 1, "names": {"loss": "ce"}}) == identity({"seed": 1.0})
    True
    """
    hashed = {key: value for key, value in result_config.items() if key not in ("names", "probe")}
    text = json.dumps(canonical(hashed), separators=(",", ":"), allow_nan=False)
    return short_digest(text.encode())
