"""How many kernels a captured step launches, counted without a GPU: each costs about as much as it computes."""

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from sl.config.build import build
from sl.config.compose import compose_run
from sl.data import Dataset
from sl.train.device import Runtime
from sl.train.device_data import DeviceData
from sl.train.engine import Engine
from sl.train.step_weights import StepWeights

CPU, BATCH = torch.device("cpu"), 4
NO_KERNEL = {  # views, and memory that nobody writes
    *("view", "_unsafe_view", "t", "transpose", "expand", "slice", "select", "unsqueeze", "squeeze", "permute"),
    *("detach", "alias", "as_strided", "split", "split_with_sizes", "unbind", "empty", "empty_like", "new_empty"),
    *("empty_strided", "new_empty_strided", "promote_types", "lift_fresh"),
}
KERNELS = {  # of operators that have several on CUDA, as the profile of an H200 shows (results/bench)
    "native_batch_norm": 3,  # statistics; transformation; running statistics
    "native_batch_norm_backward": 2,
    "max_pool2d_with_indices_backward": 2,
}


class Launches(TorchDispatchMode):
    """Counts the kernels of what is called inside."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.__name__.split(".")[0]
        count = 0 if name in NO_KERNEL else KERNELS.get(name, 1)
        if name == "convolution":
            count += args[2] is not None  # cuDNN's convolution leaves the bias to an addition
        if name == "convolution_backward":
            count = sum(args[-1])  # the gradients that are asked for
        self.found[name] += count
        return func(*args, **(kwargs or {}))


def launches(on_gpu: bool) -> Counter[str]:
    """Of one step of cnn8 in bfloat16; with `on_gpu` the engine is as it is on a GPU."""
    config = compose_run(["dataset=cifar10", "loss=sl", "noise=symmetric"])
    images, labels = torch.zeros(BATCH, 3, 32, 32, dtype=torch.uint8), torch.arange(BATCH)
    made = Dataset("fake", images, labels, images, labels, tuple("0123456789"), torch.arange(BATCH))
    loss = build(config.loss, "loss", num_examples=BATCH, num_classes=10)
    model = build(config.model, "model", num_classes=10, image_shape=(3, 32, 32), width=0.1)
    data = DeviceData(made, config.recipe.normalisation, CPU)
    engine = Engine(model, loss, data, config.recipe, BATCH, Runtime(CPU, "bfloat16", "eager", False, 1))
    engine.weights = StepWeights(engine.model, lower=True, without_biases=on_gpu)
    with Launches() as counted:
        engine.train_step(labels)
    return counted.found


def test_a_step_of_cnn8_has_fewer_than_160_and_biases_that_are_left_out_save_some() -> None:
    found, usual = launches(on_gpu=True), launches(on_gpu=False)
    assert found.total() < 160, found
    assert found["convolution"] == 6
    assert found["convolution_backward"] == 11  # nobody wants a gradient of the images
    assert usual["convolution"] == 12
    assert usual["convolution_backward"] == 17
    assert found.total() == usual.total() - 10  # 6 additions and 7 sums less, 3 calls for all biases more
