"""The paper's figures, drawn from run records.

Each figure is a file of its own with `draw(group)`; catalogue.py lists them. Shared parts: bars.py, lines.py and
matrices.py draw, cells.py chooses the runs, panels.py lays panels out and style.py saves.
"""

from sl.figures.catalogue import draw_all
from sl.figures.class_report import draw_class_report

__all__ = ["draw_all", "draw_class_report"]
