"""The option `fold`, such as 2/4: which of several equal parts of the training set a run validates on."""

import re
from typing import Annotated

from pydantic import AfterValidator

from sl.errors import UserError


def parse_fold(text: str) -> tuple[int, int]:
    """Number of the fold, from 1, and of all folds.

    >>> parse_fold("2/4")
    (2, 4)
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found and 1 <= int(found[1]) <= int(found[2]) >= 2:
        return int(found[1]), int(found[2])
    raise UserError("fold", text, "must be NUMBER/FOLDS, such as 2/4")


def _checked(text: str) -> str:
    parse_fold(text)
    return text


Fold = Annotated[str, AfterValidator(_checked)]  # the text, in a record
