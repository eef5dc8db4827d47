"""Reproducing the paper: which runs an experiment needs, which are there, and training the rest."""
