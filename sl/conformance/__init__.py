"""Checks anyone's implementation of a loss against the formulas: ``python -m sl.conformance package.module:Loss``."""
