"""The options `holdout` and `fold`: what a run holds out of the training set, and validates on.

`holdout` is a share; `fold`, such as 2/4, is one of several equal parts.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from sl.checks import number
from sl.errors import UserError


def check_held_out(holdout: float | None, fold: str | None) -> None:
    """Raise UserError for a share or part of the training set that cannot be held out, or where both are given."""
    if holdout is not None:
        number("holdout", holdout, 0, 1, low_open=True, high_open=True)
    if fold is not None:
        parse_fold(fold)
        if holdout is not None:
            raise UserError("fold", fold, f"must be null where holdout={holdout} is given")


def parse_fold(text: str) -> tuple[int, int]:
    """Number of the fold, from 1, and of all folds.

    >>> parse_fold("2/4")
    (2, 4)
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found and 1 <= int(found[1]) <= int(found[2]) >= 2:
        return int(found[1]), int(found[2])
    raise UserError("fold", text, "must be NUMBER/FOLDS, such as 2/4")


Fold = Annotated[str, AfterValidator(lambda text: parse_fold(text) and text)]  # the text, in a record
