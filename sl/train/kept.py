"""What this process has built and later runs of a sweep use again: engines captured and warm, data on the device."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The `limit` objects used last, by what they were built for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, new: Callable[[], T]) -> T:
        """The object kept under `key`, or a new one."""
        if key not in self._kept:
            self._kept[key] = new()
        self._kept.move_to_end(key)
        if len(self._kept) > self.limit:
            self._kept.popitem(last=False)
        return self._kept[key]
