"""Converts what users pass in place of tensors (NumPy arrays, lists, pandas tables) to tensors, with checks."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from sl.errors import UserError

Numbers = Tensor | ArrayLike
WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def as_tensor(name: str, values: Numbers) -> Tensor:
    """`values` if it is a real tensor; else a copy of its numbers as int64 or float64.

    Raises UserError about the option `name` if `values` holds anything but real numbers.

    >>> as_tensor("labels", [1, 0])
    tensor([1, 0])
    """
    rule = "must hold real numbers: a tensor, a NumPy array or lists of equal length"
    if isinstance(values, Tensor):
        if values.is_complex():
            raise UserError(name, type(values).__name__, rule)
        return values
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError):  # lists of unequal length, tensors of an accelerator
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        shown = values if isinstance(values, str) else type(values).__name__
        text = array.ndim == 1 and all(isinstance(value, str) for value in array)
        numbered = f"; numpy.unique({name}, return_inverse=True)[1] numbers them in sorted order, that of predict_proba"
        raise UserError(name, shown, rule + (numbered if text else ""))
    return torch.from_numpy(array.astype(np.float64 if array.dtype.kind == "f" else np.int64))


def class_numbers(name: str, values: Numbers, hint: str = "", classes: int | None = None) -> Tensor:
    """The class of each of N examples as (N,) int64; UserError with the `hint` for another shape or type.

    If `classes` is given, a value outside [0, classes) is an error too. This is checked on the CPU only: on an
    accelerator the check would have to wait for the device.
    """
    tensor = as_tensor(name, values)
    if tensor.dtype not in WHOLE or tensor.ndim != 1:
        raise UserError(name, describe(tensor), f"must be class numbers, whole, of shape (N,){hint}")
    numbers = tensor.to(torch.int64)
    if classes is not None and numbers.is_cpu:
        for row in ((numbers < 0) | (numbers >= classes)).nonzero()[:1, 0].tolist():
            raise UserError(f"{name}[{row}]", int(numbers[row]), f"must be in [0, {classes}), the number of a class")
    return numbers


def describe(tensor: Tensor) -> str:
    """The dtype and the shape of `tensor` in words."""
    return f"{tensor.dtype} of shape {tuple(tensor.shape)}"
