"""Tables of recorded runs beside published results; needs no torch."""

from sl.tables.pages import write_all
from sl.tables.published import Literature, load

__all__ = ["Literature", "load", "write_all"]
