"""The paper's claims as checks over run records, each with a verdict; needs no torch."""
