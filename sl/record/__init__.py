"""Run records: what is written while a run goes, and what figures and tables read; nothing here needs torch."""

from sl.record.noise import CLEAN, GIVEN, Noise
from sl.record.pairs import conflict, matched, paired_difference
from sl.record.read import load_all, read
from sl.record.run import STAGES, Run
from sl.record.run_group import RunGroup, run_groups
from sl.record.series import Series

__all__ = [
    "CLEAN",
    "GIVEN",
    "STAGES",
    "Noise",
    "Run",
    "RunGroup",
    "Series",
    "conflict",
    "load_all",
    "matched",
    "paired_difference",
    "read",
    "run_groups",
]
