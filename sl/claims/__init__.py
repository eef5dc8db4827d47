"""The paper's claims as checks over run records, each with a verdict; needs no torch."""

from sl.claims.page import write_all

__all__ = ["write_all"]
