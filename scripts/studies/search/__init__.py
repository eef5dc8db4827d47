"""What choosing parameters by noisy labels costs compared with clean ones; docs/choosing-parameters.md shows it."""
