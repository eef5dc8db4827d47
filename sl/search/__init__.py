"""Chooses a loss's parameters by held-out noisy labels."""
