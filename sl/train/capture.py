"""A training step recorded once as a CUDA graph and replayed: one launch instead of some hundred."""

from collections.abc import Callable

import torch
from torch import Tensor

WARM_UP_STEPS = 3  # lets cuDNN choose its algorithms and every lazy buffer be made before the recording


class CapturedStep:
    """`step` of a fixed batch size. Recording it trains on arbitrary images: reset the network afterwards."""

    def __init__(self, step: Callable[[Tensor], None], size: int, device: torch.device) -> None:
        self.index = torch.zeros(size, dtype=torch.int64, device=device)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                step(self.index)
        torch.cuda.current_stream(device).wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            step(self.index)

    def __call__(self, index: Tensor) -> None:
        """Run the recorded step on the training images `index` (B,)."""
        self.index.copy_(index)
        self.graph.replay()
