"""Training: one run from its resolved configuration to its record."""
