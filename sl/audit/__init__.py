"""Finds which labels are probably wrong, and how many, from the predictions of a network trained with a robust loss."""
