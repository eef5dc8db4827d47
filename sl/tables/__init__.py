"""Tables of recorded runs beside published figures; needs no torch."""

from sl.tables.build import write_all
from sl.tables.published import load, load_classes

__all__ = ["load", "load_classes", "write_all"]
