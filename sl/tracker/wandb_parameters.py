"""Checks of the W&B tracker's parameters, as strict as W&B's own and without importing it."""

import os
from collections.abc import Iterable

from sl.errors import UserError

FORBIDDEN = "/\\#?%:"
LONGEST_PROJECT = 128
LONGEST_TAG = 64


def project(value: object) -> str:
    """`value` if W&B takes it as a project's name; raises UserError otherwise."""
    if isinstance(value, str) and 0 < len(value) <= LONGEST_PROJECT and not set(value) & set(FORBIDDEN):
        return value
    raise UserError("project", value, f"must be a name of 1 to {LONGEST_PROJECT} characters, none of {FORBIDDEN}")


def name_or_none(name: str, value: object) -> str | None:
    """`value` if it is a name or None; raises UserError otherwise."""
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise UserError(name, value, "must be a name or null")


def tags(value: object) -> list[str]:
    """`value` as a list if W&B takes it as tags; raises UserError otherwise."""
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    names = [tag for tag in found if isinstance(tag, str) and 0 < len(tag) <= LONGEST_TAG]
    if isinstance(value, str) or len(names) < len(found):
        raise UserError("tags", value, f"must be a list of names of 1 to {LONGEST_TAG} characters")
    return names


def folder(value: object) -> str:
    """`value` if it is a folder's path, or one where a folder can be made; raises UserError otherwise."""
    path = os.path.expanduser(value) if isinstance(value, str) else ""
    if path.strip() and (os.path.isdir(path) or not os.path.exists(path)):  # false too where a name is too long
        return path
    raise UserError("dir", value, "must be a folder, or a path where one can be made")
