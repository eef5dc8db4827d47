"""Data sets as whole uint8 tensors with clean labels."""
