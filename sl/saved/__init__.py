"""Saved networks: the weights as safetensors, and one JSON with what is needed to use them."""

from sl.saved.load import SavedModel, load_model

__all__ = ["SavedModel", "load_model"]
