"""A sweep while it runs: its jobs' reports and its console. sl/comparison/sweeps.py reads its points from records."""
