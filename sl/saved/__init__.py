"""Trained networks that are kept: weights as safetensors, and one JSON that says what they need to be used."""

from sl.saved.load import SavedModel, load_model

__all__ = ["SavedModel", "load_model"]
