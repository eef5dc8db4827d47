"""What this process has built and later runs of a sweep use again: warm engines, data on the device."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The `limit` objects that were used last, by what they were built for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._items: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, new: Callable[[], T]) -> T:
        """The object under `key`, else a new one.

        At the limit the oldest is dropped before a new one is built, so that both never fill the memory.
        """
        if key not in self._items:
            if len(self._items) == self.limit:
                self._items.popitem(last=False)
            self._items[key] = new()
        self._items.move_to_end(key)
        return self._items[key]

    def values(self) -> Iterable[T]:
        """The objects that are kept."""
        return self._items.values()

    def keep(self, wanted: Callable[[T], bool]) -> None:
        """Let go of the objects that are not `wanted`."""
        self._items = OrderedDict((key, item) for key, item in self._items.items() if wanted(item))
