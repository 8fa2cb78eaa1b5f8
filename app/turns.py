"""In which order items are taken up, so that a host with many of them keeps nobody waiting but itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

READ_AHEAD = 1000


class Turns(Generic[Item]):
    """Hands out items, at most one of each host at a time, and reads no more than `READ_AHEAD` of them ahead.

    A worker that waits for a slow or patient host holds up no other host: `take` gives it nothing of a host that
    another worker is with. Whoever has taken an item says `done` when he is through with it.
    """

    def __init__(self, items: Iterator[Item], host_of: Callable[[Item], str]) -> None:
        self._items = items
        self._host_of = host_of
        self._waiting: dict[str, deque[Item]] = {}
        self._held = 0  # items in `_waiting`
        self._ready: asyncio.Queue[str | None] = (
            asyncio.Queue()
        )  # hosts with items that nobody is with; `None`: the end

    async def take(self) -> Item | None:
        """The next item, or `None` when there are no more."""
        self._read_ahead()
        host = await self._ready.get() if self._held else None
        if host is None:
            self._ready.put_nowait(None)  # for the next who waits
            return None
        self._held -= 1
        item = self._waiting[host].popleft()
        if not self._held:
            self._read_ahead()
            if not self._held:
                self._ready.put_nowait(None)
        return item

    def done(self, item: Item) -> None:
        host = self._host_of(item)
        if self._waiting[host]:
            self._ready.put_nowait(host)
        else:
            del self._waiting[host]

    def _read_ahead(self) -> None:
        while self._held < READ_AHEAD and (item := next(self._items, None)) is not None:
            host = self._host_of(item)
            if host not in self._waiting:
                self._waiting[host] = deque()
                self._ready.put_nowait(host)
            self._waiting[host].append(item)
            self._held += 1
