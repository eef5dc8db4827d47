"""Records a training step as a CUDA graph and replays it: one launch instead of some hundred."""

import gc
from collections.abc import Callable

import torch
from torch import Tensor

WARM_UP_STEPS = 3  # so that cuDNN chooses its algorithms and lazy buffers are made before the recording


class CapturedStep:
    """`step` with the fixed batch size `size`. Recording trains the network on image 0: reset the network afterwards.

    Every recording has its own stream and cuBLAS workspace. If they were shared, graphs replayed at the same time would
    write into the same memory, and a graph that is deleted would free memory that the others still use.
    """

    def __init__(self, step: Callable[[Tensor], None], size: int, device: torch.device) -> None:
        self.index = torch.zeros(size, dtype=torch.int64, device=device)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                step(self.index)
        torch.cuda.synchronize(device)
        gc.collect()  # an unused graph must not be deleted during the recording
        torch._C._cuda_clearCublasWorkspaces()  # so that the recording makes its own ...
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=stream):
            step(self.index)
        torch._C._cuda_clearCublasWorkspaces()  # ... and nothing else gets it

    def __call__(self, index: Tensor) -> None:
        """Replay the step on the training images `index` (size,)."""
        self.index.copy_(index)
        self.graph.replay()
