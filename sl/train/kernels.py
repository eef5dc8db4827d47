"""Guards against convolutions that are slow on a CPU, and against those that are wrong there.

Since PyTorch 2.13 some processors get oneDNN's reference kernel for bfloat16, 4 to 16 times slower than float32's
(pytorch/pytorch#183815).
"""

import time
from functools import cache

import torch
from torch import nn
from torch.nn.functional import conv2d

from sl.say import warn
from sl.train.device import Runtime

SLOW = 2.0  # times float32's time; where the hardware multiplies bfloat16, it takes less than that time
REPEATS = 3
BLOCK = 16  # channels that oneDNN takes at once: 8 with AVX2, 16 with AVX-512


def channels_last_fails(model: nn.Module) -> bool:
    """Whether `model` has a convolution whose gradients are wrong in the order channels_last, or end the process.

    Such is a strided 1x1 convolution of fewer channels than oneDNN takes at once, which writes past its memory there
    (uxlfoundation/oneDNN#6035; seen with PyTorch 2.14).
    """
    return any(
        set(layer.kernel_size) == {1} and max(layer.stride) > 1 and layer.in_channels < BLOCK
        for layer in model.modules()
        if isinstance(layer, nn.Conv2d)
    )


def warn_of_slow_kernels(runtime: Runtime) -> None:
    """Say in one line, once per process, if `runtime` trains in bfloat16 on a CPU whose kernels for it are slow."""
    if runtime.device.type == "cpu" and runtime.precision == "bfloat16":
        _warn(torch.__version__)


@cache
def _warn(version: str) -> None:
    ratio = convolution_seconds(torch.bfloat16) / convolution_seconds(torch.float32)
    if ratio > SLOW:
        warn(
            f"warning: bfloat16 convolutions take {ratio:.1f} times as long as float32: PyTorch {version} "
            "uses a slow reference kernel on this processor; install another version of PyTorch, or set "
            "runtime.precision=float32 (a run of its own: precision is part of its identity)"
        )


def convolution_seconds(dtype: torch.dtype) -> float:
    """The least of some times of one 3x3 convolution with its gradients, channels-last, 16 images of 64x16x16.

    Times of this process on its processors: what else the machine does must not make one precision look slow.
    """
    images = torch.randn(16, 64, 16, 16, dtype=dtype).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(64, 64, 3, 3, dtype=dtype).to(memory_format=torch.channels_last).requires_grad_()
    times = []
    for _ in range(1 + REPEATS):  # the first one warms up
        began = time.process_time()
        conv2d(images, weight, padding=1).sum().backward()
        times.append(time.process_time() - began)
    return min(times[1:])
