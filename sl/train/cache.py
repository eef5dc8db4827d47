"""A cache of what this process has built for later runs of a sweep: engines, data on the device."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Holds the `limit` most recently used objects; a key says what an object was built for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._items: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, new: Callable[[], T]) -> T:
        """The object under `key`; if there is none, it is built by `new`.

        At the limit, the least recently used object is dropped before the new one is built, so that memory never has to
        hold both.
        """
        if key not in self._items:
            if len(self._items) == self.limit:
                self._items.popitem(last=False)
            self._items[key] = new()
        self._items.move_to_end(key)
        return self._items[key]

    def values(self) -> Iterable[T]:
        """The objects in the cache."""
        return self._items.values()

    def keep(self, wanted: Callable[[T], bool]) -> None:
        """Drop the objects for which `wanted` is false."""
        self._items = OrderedDict((key, item) for key, item in self._items.items() if wanted(item))
