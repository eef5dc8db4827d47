"""Initial weights, drawn on the CPU from one generator, so that they depend on its seed and not on the device.

PyTorch 2.12 changed how `trunc_normal_` draws: with he_normal, weights of the same seed differ from those of 2.11.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from sl.checks import one_of
from sl.errors import UserError
from sl.options.recipe import INITIALISATIONS

# Standard deviation of a unit normal cut off at two standard deviations; Keras divides by it to keep the variance.
TRUNCATED_STD = 0.87962566103423978


@torch.no_grad()
def initialise(model: nn.Module, kind: str, generator: torch.Generator) -> None:
    """Give every parameter of `model` its initial value, in place, whatever it held before.

    - he_normal (the authors' code): as Keras' initialiser of that name, a normal of variance 2 / fan_in (He et al.
      2015) cut off at two standard deviations; biases 0.
    - he_uniform (the APL code): convolutions uniform of variance 2 / fan_in, dense layers uniform of variance
      2 / (fan_in + fan_out) (Glorot and Bengio 2010), biases as PyTorch draws them.
    - torch: PyTorch's own, weights and biases uniform in +-1 / sqrt(fan_in).

    Batch, group and layer normalisation start with weight 1 and bias 0, the running statistics of batch normalisation
    with mean 0 and variance 1. Raises UserError for other kinds, and for models with other layers that have parameters:
    also a convolution whose weight is computed from others (`weight_norm`, pruning) or has no size yet (`LazyConv2d`).
    """
    one_of("recipe.initialisation", kind, INITIALISATIONS)
    for layer in model.modules():
        own = [name for name, _ in layer.named_parameters(recurse=False)]
        plain = own in (["weight"], ["weight", "bias"])
        if isinstance(layer, nn.Conv2d | nn.Linear) and plain and not is_lazy(layer.weight):
            layer.weight.copy_(_weight(layer, kind, generator))
            if layer.bias is not None:
                layer.bias.copy_(_bias(layer, kind, generator))
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm):
            layer.reset_parameters()
        elif own:
            rule = "needs a network of convolutions, dense layers and normalisation; "
            found = f"{type(model).__name__} has a {type(layer).__name__} with {', '.join(own)}"
            remedy = "; a network of your own says in initialised_part which part is drawn anew (docs/extending.md); "
            remedy += "one of torchvision starts from torchvision's own weights with model.weights=DEFAULT"
            raise UserError("recipe.initialisation", kind, rule + found + remedy)


def _weight(layer: nn.Conv2d | nn.Linear, kind: str, generator: torch.Generator) -> Tensor:
    weight = torch.empty(layer.weight.shape)
    fan_in = weight[0].numel()
    if kind == "he_normal":
        std = math.sqrt(2 / fan_in) / TRUNCATED_STD
        return nn.init.trunc_normal_(weight, 0, std, -2 * std, 2 * std, generator=generator)
    variance = 1 / (3 * fan_in)
    if kind == "he_uniform":
        variance = 2 / fan_in if isinstance(layer, nn.Conv2d) else 2 / (fan_in + len(weight))
    bound = math.sqrt(3 * variance)
    return weight.uniform_(-bound, bound, generator=generator)


def _bias(layer: nn.Conv2d | nn.Linear, kind: str, generator: torch.Generator) -> Tensor:
    bias = torch.zeros(len(layer.weight))
    if kind == "he_normal":
        return bias
    bound = 1 / math.sqrt(layer.weight[0].numel())
    return bias.uniform_(-bound, bound, generator=generator)
