"""The paper's figures, drawn from run records; one file for each figure, each with `draw(group)`."""

from sl.figures.build import draw_all

__all__ = ["draw_all"]
