"""Noise-robust losses, label-noise models and class-wise diagnosis; the reproduction of SL (ICCV 2019)."""

__version__ = "0.1.0"
