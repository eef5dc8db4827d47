"""Stochastic gradient descent with momentum, in Keras' form and in PyTorch's."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sl.errors import UserError
from sl.options.recipe import RecipeConfig


class SGD:
    """Momentum SGD whose learning rate is a tensor on the device, `lr`: set it in place before a step.

    With g the gradient (clipped to the global norm `clip_norm`, then plus weight_decay * w for `decayed` parameters):

    - keras: v <- momentum * v + lr * g; w <- w - v. Each gradient keeps the learning rate of its own step.
    - torch: v <- momentum * v + g; w <- w - lr * v, or w - lr * (g + momentum * v) with `nesterov`.

    torch.optim.SGD has the second form only. `factors` holds a multiple of lr for each parameter. A step reads nothing
    back to the host, so that a CUDA graph can capture it; it overwrites the gradients.
    """

    def __init__(
        self,
        parameters: Sequence[Tensor],
        decayed: Sequence[Tensor],
        *,
        lr: float,
        momentum: float,
        momentum_form: str = "torch",
        nesterov: bool = False,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        factors: Sequence[float] | None = None,
    ) -> None:
        self.parameters = tuple(parameters)
        self.decayed = tuple(decayed) if weight_decay else ()
        self.velocity = tuple(torch.zeros_like(parameter) for parameter in parameters)
        self.lr = torch.tensor(lr, device=parameters[0].device)
        self.momentum = momentum
        self.lr_in_velocity = momentum_form == "keras"
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.factors = factors

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient; a parameter that the loss does not depend on stays.

        Which parameters have a gradient is the same in every step, and the host knows it without asking the device.
        """
        if self.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.clip_norm)
        used = [place for place, parameter in enumerate(self.parameters) if parameter.grad is not None]
        parameters, velocity = [self.parameters[place] for place in used], [self.velocity[place] for place in used]
        gradients = _gradients(parameters)
        decayed = [parameter for parameter in self.decayed if parameter.grad is not None]
        if decayed:
            torch._foreach_add_(_gradients(decayed), decayed, alpha=self.weight_decay)
        if self.lr_in_velocity:
            torch._foreach_mul_(gradients, self.lr)
        torch._foreach_mul_(velocity, self.momentum)
        torch._foreach_add_(velocity, gradients)
        update: list[Tensor] | tuple[Tensor, ...] = velocity
        if self.nesterov:
            update = torch._foreach_add(gradients, velocity, alpha=self.momentum)
        if not self.lr_in_velocity:
            update = torch._foreach_mul(update, self.lr)
        if self.factors is not None:
            update = torch._foreach_mul(update, [self.factors[place] for place in used])
        torch._foreach_sub_(parameters, update)

    def zero_grad(self) -> None:
        """Drop all gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    def reset(self) -> None:
        """Set the velocity to zero in place, so that the next step is the first one of another run."""
        torch._foreach_zero_(self.velocity)

    def state_dict(self) -> dict[str, list[Tensor]]:
        """What a checkpoint needs: the velocity of every parameter."""
        return {"velocity": list(self.velocity)}

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, list[Tensor]]) -> None:
        """Copy the velocity that `state_dict` returned, in place."""
        for own, saved in zip(self.velocity, state["velocity"], strict=True):
            own.copy_(saved)


def _gradients(parameters: Sequence[Tensor]) -> tuple[Tensor, ...]:
    return tuple(parameter.grad for parameter in parameters if parameter.grad is not None)


def build_optimizer(model: nn.Module, recipe: RecipeConfig) -> SGD:
    """The recipe's optimiser for the parameters of `model` that are not frozen; `model` must be on its device."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return SGD(
        trained,
        decayed_parameters(model, recipe.decay_on),  # frozen ones have no gradient, so no decay either
        lr=recipe.lr,
        momentum=recipe.momentum,
        momentum_form=recipe.momentum_form,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay,
        clip_norm=recipe.clip_norm,
        factors=None if recipe.head_lr_factor is None else head_factors(model, trained, recipe.head_lr_factor),
    )


def head_factors(model: nn.Module, parameters: Sequence[Tensor], factor: float) -> list[float]:
    """`factor` for the `parameters` of the model's layer `head`, 1 for others; UserError without such a layer."""
    head = getattr(model, "head", None)
    if head is None:
        name = type(model).__name__
        raise UserError("recipe.head_lr_factor", factor, f"must be null with {name}, which has no layer called head")
    own = {id(parameter) for parameter in head.parameters()}
    return [factor if id(parameter) in own else 1.0 for parameter in parameters]


def decayed_parameters(model: nn.Module, decay_on: str) -> list[Tensor]:
    """The parameters of `model` that weight decay applies to.

    fc1: kernel and bias of the layer `fc1`; kernels: kernels of all convolutions and dense layers, no biases; all: all
    parameters, those of batch normalisation too; none. A parameter that layers share is named once. Raises UserError
    for fc1 where `model` has no such layer.
    """
    if decay_on == "none":
        return []
    if decay_on == "all":
        return list(model.parameters())
    if decay_on == "kernels":
        kernels = [layer.weight for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
        return [*{id(kernel): kernel for kernel in kernels}.values()]
    fc1 = getattr(model, "fc1", None)
    if fc1 is None:
        rule = f"must be kernels, all or none with {type(model).__name__}, which has no fc1; recipe=finetune has it so"
        raise UserError("recipe.decay_on", decay_on, rule)
    return list(fc1.parameters())
