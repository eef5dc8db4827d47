"""Prepares a network's parameters for a training step with few calls.

A captured step is bound by its many small kernels (docs/speed.md), and a network has tens of parameters.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from sl.models.classifier import normalised_biases
from sl.recipes.batchnorm import statistics

CAST_BY_AUTOCAST = (nn.Conv2d, nn.Linear)  # exactly these: a subclass may do something else with its weight


class StepWeights:
    """Stand-ins for parameters of `model` during a step; `values` holds them by name, for `torch.func.functional_call`.

    - `lower`: convolutions and dense layers get copies in bfloat16, all made by one call. The numbers are the same as
      with autocast, which casts every parameter and every gradient by a separate call.
    - `without_biases`: a layer directly before a batch normalisation computes without its bias, because the
      normalisation subtracts it again with the batch mean. The loss stays the same, the gradient of the bias is exactly
      zero, and `collect` adds momentum times the bias to the running mean. All numbers are equal up to rounding. This
      saves a sum over all activations on a GPU; on a CPU the engine keeps the biases.
    """

    def __init__(self, model: nn.Module, *, lower: bool, without_biases: bool) -> None:
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        pairs = normalised_biases(model) if without_biases else []
        self.biases: list[Tensor] = [bias for bias, _ in pairs]
        averaging = [(bias, norm) for bias, norm in pairs if norm.running_mean is not None]
        self.averaged = [bias for bias, _ in averaging]
        self.running_means = [statistics(norm)[0] for _, norm in averaging]
        self.momenta = [norm.momentum or 0.0 for _, norm in averaging]
        self.sources: list[Tensor] = list(_cast_by_autocast(model, set(map(id, self.biases)))) if lower else []
        self.copies = [
            torch.empty_like(each, dtype=torch.bfloat16).requires_grad_(each.requires_grad) for each in self.sources
        ]
        self.values: dict[str, Any] = {names[id(bias)]: None for bias in self.biases}
        self.values |= {names[id(own)]: copy for own, copy in zip(self.sources, self.copies, strict=True)}

    @torch.no_grad()
    def begin(self) -> None:
        """Before the forward pass: copy the parameters to the stand-ins and clear the gradients of these."""
        for copy in self.copies:
            copy.grad = None
        if self.copies:
            torch._foreach_copy_(self.copies, self.sources)

    @torch.no_grad()
    def collect(self) -> None:
        """After the backward pass: give the parameters their gradients, and correct the running means for biases."""
        given = [(own, copy.grad) for own, copy in zip(self.sources, self.copies, strict=True) if copy.grad is not None]
        gradients = [torch.empty_like(own) for own, _ in given]
        if given:
            torch._foreach_copy_(gradients, [gradient for _, gradient in given])
        for (own, _), gradient in zip(given, gradients, strict=True):
            own.grad = gradient if own.grad is None else own.grad + gradient  # another layer may hold it under its name
        if self.biases:
            zeros = self.biases[0].new_zeros(sum(map(len, self.biases))).split([*map(len, self.biases)])
            for bias, zero in zip(self.biases, zeros, strict=True):
                bias.grad = zero
        if self.averaged:
            torch._foreach_add_(self.running_means, list(torch._foreach_mul(self.averaged, self.momenta)))


def _cast_by_autocast(model: nn.Module, but: set[int]) -> Iterator[nn.Parameter]:
    """Weights and biases of convolutions and dense layers, each once, except those whose id is in `but`."""
    seen = set(but)
    for layer in model.modules():
        for parameter in layer.parameters(recurse=False) if type(layer) in CAST_BY_AUTOCAST else ():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield parameter
