"""A sweep as one thing: what its console shows while it runs, and the table and figure of its points afterwards."""
