"""Handing on in batches what many tasks bring: the store takes fifty items nearly as fast as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")

BATCH = 64
LINGER_SECONDS = 0.05  # for others to come; an item waits no longer than this for its batch


class Batches(Generic[Item]):
    """A bounded queue in front of `save`, which is called in a thread, with one batch at a time.

    `put` waits while two batches are ahead, so that memory stays flat however many items there are. `run` it as a
    task beside those that put; it ends after `close`, when all is saved, or with what `save` raises.
    """

    def __init__(self, save: Callable[[list[Item]], None]) -> None:
        self._save = save
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue(maxsize=2 * BATCH)

    async def put(self, item: Item) -> None:
        await self._queue.put(item)

    async def close(self) -> None:
        await self._queue.put(None)

    async def run(self) -> None:
        is_open = True
        while is_open:
            first = await self._queue.get()
            if first is None:
                return
            await asyncio.sleep(LINGER_SECONDS)
            batch = [first]
            while is_open and len(batch) < BATCH and not self._queue.empty():
                item = self._queue.get_nowait()
                if item is None:
                    is_open = False
                else:
                    batch.append(item)
            await asyncio.to_thread(self._save, batch)
