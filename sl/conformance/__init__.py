"""Checks anyone's implementation of a loss against the formulas: ``sl conformance package.module:Loss``."""
