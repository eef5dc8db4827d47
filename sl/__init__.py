"""Noise-robust losses, label-noise models and class-wise diagnosis; the reproduction of SL (ICCV 2019)."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["load_model"]

if TYPE_CHECKING:
    from sl.saved import load_model
else:

    def __getattr__(name: str) -> Any:
        """Import `sl.load_model` at its first use, because that imports torch."""
        if name == "load_model":
            from sl.saved import load_model

            return load_model
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
