"""Loads an implementation of a loss and calls it: arrays in, numbers out."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np

from sl.conformance.batches import Array, Batch
from sl.errors import UserError

CLASS_COUNTS = ("num_classes", "n_classes", "nb_classes", "classes", "K")  # parameters that mean K
FOREIGN_ERRORS = (Exception, SystemExit)  # what unknown code may raise: a module may even end the process


@dataclass(frozen=True)
class Implementation:
    """The loss to check: `target` is a class, built anew for every batch, or a function of logits and labels.

    `arrays` is the library of the arrays that it takes, numpy or torch; None tries both.
    """

    name: str
    target: Callable[..., Any]
    parameters: dict[str, Any]
    arrays: str | None = None

    def __call__(self, batch: Batch) -> Array:
        """The loss of a batch as float64: (N,), or () if it reduces. UserError if it cannot be built or called."""
        function = self._built(batch.logits.shape[1])
        errors = []
        for library in [self.arrays] if self.arrays else _likely(function):
            try:
                to_array = ARRAYS[library]
                with np.errstate(all="ignore"):
                    # Copies: it may write to what it is given.
                    result = function(to_array(batch.logits.copy()), to_array(batch.labels.copy()))
                return _numbers(result, len(batch.labels))
            except FOREIGN_ERRORS as error:
                errors.append(f"{library}: {_said(error)}")
        raise UserError(f"{self.name}: it cannot be called with (logits, labels); {'; '.join(errors)}")

    def takes(self, name: str) -> bool:
        """Whether the target has a parameter of this name, or takes any name."""
        return name in self._kinds() or inspect.Parameter.VAR_KEYWORD in self._kinds().values()

    def _built(self, classes: int) -> Callable[..., Any]:
        given = {key: value for key, value in self.parameters.items() if self.takes(key)}
        given |= {key: classes for key in CLASS_COUNTS if key in self._kinds()}
        if not inspect.isclass(self.target):
            return lambda logits, labels: self.target(logits, labels, **given)
        try:
            return cast(Callable[..., Any], self.target(**given))
        except FOREIGN_ERRORS as error:
            raise UserError(f"{self.name}: it cannot be built from {given}; {_said(error)}") from error

    def _kinds(self) -> dict[str, Any]:
        """The kind of each parameter of the target; empty if it has no signature, as many functions written in C."""
        try:
            parameters = inspect.signature(self.target).parameters
        except (ValueError, TypeError):
            return {}
        return {name: parameter.kind for name, parameter in parameters.items()}


def load(place: str) -> Callable[..., Any]:
    """The class or function at ``package.module:Name``; UserError if there is none or its module cannot be imported."""
    module, _, name = place.partition(":")
    target = None
    if module and name and not module.startswith("."):
        try:
            target = getattr(import_module(module), name, None)
        except FOREIGN_ERRORS as error:
            raise UserError(f"{place}: {_said(error)}") from error
    if not callable(target):
        raise UserError(f"{place}: must be package.module:Name of a class or function")
    return target


def _torch(array: Any) -> Any:
    import torch

    return torch.from_numpy(array)


ARRAYS: dict[str, Callable[[Any], Any]] = {"numpy": np.asarray, "torch": _torch}


def _likely(function: Callable[..., Any]) -> list[str]:
    """The libraries to try in order: torch first for an instance of a class of torch, else numpy first."""
    named = type(function).__mro__ if not inspect.isfunction(function) else ()
    torch_first = any(kind.__module__.startswith("torch.") for kind in named)
    return ["torch", "numpy"] if torch_first else ["numpy", "torch"]


def _numbers(result: Any, examples: int) -> Array:
    detached = result.detach().cpu() if hasattr(result, "detach") else result
    if detached is None:
        raise ValueError("it returns None, must be () or (N,)")
    values = np.asarray(detached, dtype=np.float64)
    if values.shape not in ((), (examples,)):
        raise ValueError(f"it returns shape {values.shape}, must be () or (N,)")
    return values


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
