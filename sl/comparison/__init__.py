"""Compares runs: which may be compared, in which groups and order they are shown, and how they are titled."""

from sl.comparison.pairs import conflict, matched, paired_difference
from sl.comparison.run_group import RunGroup, run_groups
from sl.comparison.series import Series

__all__ = ["RunGroup", "Series", "conflict", "matched", "paired_difference", "run_groups"]
