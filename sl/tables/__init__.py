"""Tables of recorded runs beside published figures; needs no torch."""

from sl.tables.build import write_all
from sl.tables.published import load

__all__ = ["load", "write_all"]
