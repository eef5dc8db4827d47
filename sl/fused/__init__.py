"""Batch normalisation, pooling and ReLU in one pass over the memory, on CPUs: the same values in less time.

PyTorch goes through every activation some ten times for these layers, forward and backward, and on a CPU they cost as
much as the convolutions of a small network. The C++ source beside this file is compiled when it is first needed, with
the machine's own instructions; where there is no compiler, PyTorch's layers do the work.
"""

from sl.fused.layer import NormPoolRelu, enable

__all__ = ["NormPoolRelu", "enable"]
