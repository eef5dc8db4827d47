"""The options `holdout` and `fold`: the part of the training set that a run holds out and validates on.

`holdout` is a share; `fold`, such as 2/4, is one of several equal parts.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from sl.checks import number
from sl.errors import UserError


def check_held_out(holdout: float | None, fold: str | None) -> None:
    """Raise UserError for a `holdout` outside (0, 1), for a `fold` that is no fold, or where both are given."""
    if holdout is not None:
        number("holdout", holdout, 0, 1, low_open=True, high_open=True)
    if fold is not None:
        parse_fold(fold)
        if holdout is not None:
            raise UserError("fold", fold, f"must be null where holdout={holdout} is given")


def parse_fold(text: str) -> tuple[int, int]:
    """The number of the fold, from 1, and how many folds there are; UserError for any other text.

    >>> parse_fold("2/4")
    (2, 4)
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found and 1 <= int(found[1]) <= int(found[2]) >= 2:
        return int(found[1]), int(found[2])
    raise UserError("fold", text, "must be NUMBER/FOLDS, such as 2/4")


Fold = Annotated[str, AfterValidator(lambda text: parse_fold(text) and text)]  # in a record: the checked text
