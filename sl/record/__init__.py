"""Run records: what a run writes during training, and the `Run` that is read back; nothing here needs torch."""

from sl.record.noise import CLEAN, GIVEN, Noise
from sl.record.read import load_all, read
from sl.record.run import STAGES, Run

__all__ = ["CLEAN", "GIVEN", "STAGES", "Noise", "Run", "load_all", "read"]
