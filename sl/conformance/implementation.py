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


@dataclass(frozen=True)
class Implementation:
    """Something to check: a class, built anew for every batch, or a function of logits and labels."""

    target: Callable[..., Any]
    parameters: dict[str, Any]
    arrays: str | None = None

    def __call__(self, batch: Batch) -> Array:
        """What it returns for a batch: (N,), or () if it reduces. UserError where it cannot be called."""
        function = self._built(batch.logits.shape[1])
        errors = []
        for name in [self.arrays] if self.arrays else _likely(function):
            try:
                to_array = ARRAYS[name]
                with np.errstate(all="ignore"):
                    result = function(to_array(batch.logits), to_array(batch.labels))
                return _numbers(result)
            except Exception as error:  # what an unknown library does with arrays that are not its own
                errors.append(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
        raise UserError(f"{_name(self.target)}: it cannot be called with (logits, labels); {'; '.join(errors)}")

    def _built(self, classes: int) -> Callable[..., Any]:
        known = inspect.signature(self.target).parameters
        given = {key: value for key, value in self.parameters.items() if key in known}
        given |= {key: classes for key in CLASS_COUNTS if key in known}
        if not inspect.isclass(self.target):
            return lambda logits, labels: self.target(logits, labels, **given)
        try:
            return cast(Callable[..., Any], self.target(**given))
        except TypeError as error:
            raise UserError(f"{_name(self.target)}: it cannot be built from {given}; {error}") from error


def load(place: str) -> Callable[..., Any]:
    """The object at ``package.module:Name``; UserError if there is none."""
    module, colon, name = place.partition(":")
    try:
        found = import_module(module) if colon else None
    except ImportError as error:
        raise UserError(f"{place}: {error}") from error
    target = getattr(found, name, None)
    if not callable(target):
        raise UserError(f"{place}: must be package.module:Name of a class or function")
    return target


def _torch(array: Any) -> Any:
    import torch

    return torch.from_numpy(array)


def _jax(array: Any) -> Any:
    import jax.numpy  # type: ignore[import-not-found,unused-ignore]

    return jax.numpy.asarray(array)


ARRAYS: dict[str, Callable[[Any], Any]] = {"numpy": np.asarray, "torch": _torch, "jax": _jax}


def _likely(function: Callable[..., Any]) -> list[str]:
    """The libraries to try, that of the function's own module first."""
    named = type(function).__mro__ if not inspect.isfunction(function) else ()
    torch_first = any(kind.__module__.startswith("torch.") for kind in named)
    return ["torch", "numpy", "jax"] if torch_first else ["numpy", "torch", "jax"]


def _numbers(result: Any) -> Array:
    detached = result.detach().cpu() if hasattr(result, "detach") else result
    values = np.asarray(detached, dtype=np.float64)
    if values.ndim > 1:
        raise ValueError(f"it returns shape {values.shape}, must be () or (N,)")
    return values


def _name(target: Callable[..., Any]) -> str:
    return f"{target.__module__}:{target.__qualname__}"
