"""Measures the training speed on this machine against the loop that people usually write."""
