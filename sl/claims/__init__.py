"""Checks the paper's claims on run records and gives each a verdict; needs no torch."""
