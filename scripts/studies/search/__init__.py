"""The cost of choosing parameters by noisy labels instead of clean ones; docs/choosing-parameters.md shows it."""
