"""A training step recorded once as a CUDA graph and replayed: one launch instead of some hundred."""

import gc
from collections.abc import Callable

import torch
from torch import Tensor

WARM_UP_STEPS = 3  # lets cuDNN choose its algorithms and every lazy buffer be made before the recording


class CapturedStep:
    """`step` of a fixed batch size. Recording it trains on arbitrary images: reset the network afterwards.

    Every recording has a stream and a cuBLAS workspace of its own: with shared ones, graphs that are replayed at the
    same time would write into the same memory, and one that ends would free what the others still use.
    """

    def __init__(self, step: Callable[[Tensor], None], size: int, device: torch.device) -> None:
        self.index = torch.zeros(size, dtype=torch.int64, device=device)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                step(self.index)
        torch.cuda.synchronize(device)
        gc.collect()  # a graph that is no longer used must not end within the recording
        torch._C._cuda_clearCublasWorkspaces()  # so that the recording makes its own ...
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=stream):
            step(self.index)
        torch._C._cuda_clearCublasWorkspaces()  # ... and nothing else gets it

    def __call__(self, index: Tensor) -> None:
        """Run the recorded step on the training images `index` (B,)."""
        self.index.copy_(index)
        self.graph.replay()
