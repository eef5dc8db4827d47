"""Chooses the parameters of a loss by the accuracy on held-out noisy labels."""
