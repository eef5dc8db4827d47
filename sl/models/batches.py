"""Runs a network on many images in batches that do not fill the memory."""

from collections.abc import Callable

from torch import Tensor


def images_at_once(most: int, height: int, width: int) -> int:
    """How many images a network evaluates at once: `most` up to 32 px; fewer larger ones, with as many pixels in all.

    Activations grow with the pixels: 500 images of 224 px take a ResNet-18 several GB.

    >>> images_at_once(500, 28, 28), images_at_once(500, 224, 224), images_at_once(500, 2000, 2000)
    (500, 10, 1)
    """
    return max(1, min(most, most * 32 * 32 // (height * width)))


def in_batches(function: Callable[[Tensor], Tensor], items: Tensor, size: int) -> Tensor:
    """Apply `function` to `items` (M, ...), M >= 1, `size` at a time; returns its results (M, D) in order."""
    result: Tensor | None = None  # made once: small results between large freed blocks would fragment the heap
    for start in range(0, len(items), size):
        output = function(items[start : start + size])
        if result is None:
            result = output.new_empty(len(items), output.shape[1])
        result[start : start + size] = output
    assert result is not None
    return result
