"""What the fuzz tests share: how many cases they try, what they try, and what may happen."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sl.errors import UserError

FEW, MANY = 8, 100  # cases of a kind in make test, and in make test-slow

LARGE = st.sampled_from([2**63 - 1, 2**63, 1e400, 10**400, -(10**400)])  # 10**400 is too large for a float
NUMBERS = st.integers(-5, 5) | st.integers(-(2**130), 2**130) | st.floats() | LARGE
WORDS = st.sampled_from(
    [
        *("null", "true", "nan", "inf", "???", "${seed}", "${nope}", "${oc.env:NOPE}", "[]", "{}", "[1]", "{a:1}"),
        *("{_target_:os.system}", "'x'", "~", "1e-3", "0x1"),
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def fuzz(few: int = FEW, many: int = MANY, **strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """A test of the function with few cases and, marked slow, with many; every time the same ones."""

    def decorate(body: Callable[..., None]) -> Any:
        @pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])
        def test(examples: int, tmp_path: Path) -> None:
            def one(**drawn: Any) -> None:
                body(tmp_path, **drawn)

            rules = settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],  # a shorter case of the same kind is not worth minutes
                suppress_health_check=list(HealthCheck),
            )
            rules(given(**strategies)(one))()

        test.__doc__ = body.__doc__
        return test

    return decorate


def attempt(action: Callable[[], Any]) -> tuple[Any, str]:
    """What `action` gives, or None and the line with which it refuses; whatever else it raises fails the test."""
    try:
        return action(), ""
    except UserError as error:
        return None, str(error) or "nothing said"


def corrupt(content: bytes, draw: random.Random) -> bytes:
    """`content` with some bits, bytes or lines changed, moved, doubled or lost."""
    place, length = draw.randrange(len(content)), draw.choice([1, 1, 2, 8, 100])
    before, part, after = content[:place], content[place : place + length], content[place + length :]
    lines = content.splitlines(keepends=True)
    line = draw.randrange(len(lines))
    return draw.choice(
        [
            before + bytes([part[0] ^ 1 << draw.randrange(8)]) + content[place + 1 :],
            before + after,
            before + part + part + after,
            before + draw.randbytes(length) + after,
            before + bytes(str(draw.randrange(10)), "ascii") + content[place + 1 :],
            b"".join(lines[:line] + lines[line + 1 :]),
            b"".join([*lines[:line], lines[line], *lines[line:]]),
            content[:place],
        ]
    )
