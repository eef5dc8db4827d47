"""A sweep while it runs: the reports of its jobs and its console. sl/comparison/sweeps.py reads points from records."""
