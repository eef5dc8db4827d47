"""Reproduces the paper: finds the runs that an experiment needs, and trains those that are not recorded yet."""
