"""What this process has built and later runs of a sweep use again: warm engines, data on the device."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The `limit` objects that were used last, by what they were built for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._items: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, new: Callable[[], T]) -> T:
        """The object under `key`, a new one if there is none."""
        if key not in self._items:
            self._items[key] = new()
        self._items.move_to_end(key)
        if len(self._items) > self.limit:
            self._items.popitem(last=False)
        return self._items[key]
