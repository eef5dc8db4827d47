"""Run records: what a run writes while it goes, and the run that one reads back; nothing here needs torch."""

from sl.record.noise import CLEAN, GIVEN, Noise
from sl.record.read import load_all, read
from sl.record.run import STAGES, Run

__all__ = ["CLEAN", "GIVEN", "STAGES", "Noise", "Run", "load_all", "read"]
