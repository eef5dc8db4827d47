"""Detects convolutions that are slow, or wrong, on a CPU.

Since PyTorch 2.13, oneDNN uses its reference kernel for bfloat16 on some processors, which is 4 to 16 times slower than
the kernel for float32 (pytorch/pytorch#183815).
"""

import time
from functools import cache

import torch
from torch import nn
from torch.nn.functional import conv2d

from sl.say import warn
from sl.train.device import Runtime

SLOW = 2.0  # times float32's time; where the hardware multiplies bfloat16, bfloat16 takes less time than float32
REPEATS = 3
BLOCK = 16  # channels that oneDNN takes at once: 8 with AVX2, 16 with AVX-512


def channels_last_fails(model: nn.Module) -> bool:
    """Whether `model` has a convolution whose backward pass in channels_last gives wrong gradients or crashes.

    This is a strided 1x1 convolution with fewer input channels than oneDNN takes at once: it writes past its memory
    (uxlfoundation/oneDNN#6035; seen with PyTorch 2.14).
    """
    return any(
        set(layer.kernel_size) == {1} and max(layer.stride) > 1 and layer.in_channels < BLOCK
        for layer in model.modules()
        if isinstance(layer, nn.Conv2d)
    )


def warn_of_slow_kernels(runtime: Runtime) -> None:
    """Warn, once per process, if `runtime` trains in bfloat16 on a CPU whose kernels for it are slow."""
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
    """Seconds of a 3x3 convolution with its gradients, channels-last, on 16 images of 64x16x16; the best of 3 repeats.

    This is CPU time of the process, so that other work of the machine does not make one precision look slow.
    """
    images = torch.randn(16, 64, 16, 16, dtype=dtype).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(64, 64, 3, 3, dtype=dtype).to(memory_format=torch.channels_last).requires_grad_()
    times = []
    for _ in range(1 + REPEATS):  # the first one warms up
        began = time.process_time()
        conv2d(images, weight, padding=1).sum().backward()
        times.append(time.process_time() - began)
    return min(times[1:])
