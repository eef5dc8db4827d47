"""Which run this is: a hash of what determines its result, and of nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from sl.files import short_digest


def canonical(value: Any) -> Any:
    """`value` in the form that is hashed: 1 and 1.0 become the same number, keys are sorted.

    Keys with the value null are left out: an option that is added later and is null by default changes no identity.
    """
    if isinstance(value, dict):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str) if value[key] is not None}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def canonical_text(value: Any) -> str:
    """`canonical(value)` as text: a key to group runs by, equal for values that are hashed alike."""
    return json.dumps(canonical(value))


def identity(result_config: Mapping[str, Any]) -> str:
    """The run's identity, 16 hexadecimal digits.

    `result_config` holds data, noise, model, loss, recipe, scale, seed and precision. Its `names` are only the names
    of these choices, and `probe` only says what is measured more closely; neither is hashed.

    >>> identity({"seed": 1, "names": {"loss": "ce"}}) == identity({"seed": 1.0})
    True
    """
    hashed = {key: value for key, value in result_config.items() if key not in ("names", "probe")}
    text = json.dumps(canonical(hashed), separators=(",", ":"), allow_nan=False)
    return short_digest(text.encode())
