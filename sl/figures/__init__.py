"""The paper's figures, drawn from run records; one file for each figure, each with `draw(group)`."""

from sl.figures.catalogue import draw_all
from sl.figures.class_report import draw_class_report

__all__ = ["draw_all", "draw_class_report"]
