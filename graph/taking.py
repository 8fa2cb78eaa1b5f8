"""Who reads what: several coordinators of one PostgreSQL take different versions, without ever waiting for each other.

What is taken is locked by its rows for as long as the transaction that took it is open (`FOR NO KEY UPDATE SKIP
LOCKED`, which lets annotations that refer to the rows be written). So a coordinator that dies leaves nothing behind:
its locks end with its connection. In SQLite nobody is kept out; two that read the same write the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from graph.articles import UnreadVersion, unread_query
from graph.schema import article_versions
from graph.store import Store

BATCH = 64


@dataclass(slots=True)
class _Hold:
    """One batch that is taken, until all of it is done."""

    stack: ExitStack
    open_ids: set[int]


class Taking:
    """Takes the versions that wait to be read, each once, by ascending id. Use in a `with`.

    Each is held from the time it is yielded until it is `done`, or the end.
    """

    def __init__(self, store: Store, *, now: datetime) -> None:
        self._store = store
        self._now = now
        self._holds: deque[_Hold] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._holds:
            self._holds.popleft().stack.close()

    def __iter__(self) -> Iterator[UnreadVersion]:
        last = -1
        while batch := self._take(last):
            last = batch[-1].version_id
            yield from batch

    def done(self, version_id: int) -> None:
        """Let go of a version, the one that was taken first before the others."""
        self._holds[0].open_ids.discard(version_id)
        while self._holds and not self._holds[0].open_ids:
            self._holds.popleft().stack.close()

    def _take(self, last: int) -> list[UnreadVersion]:
        with ExitStack() as stack:
            if self._store.dialect == "postgresql":
                connection = stack.enter_context(self._store.writing())
            else:
                connection = stack.enter_context(self._store.reading())
            # The further ahead the reading is, the larger the batches, so that a few connections are enough.
            batch = _select(connection, self._now, last, BATCH << min(len(self._holds), 4))
            if batch:
                kept = stack.pop_all() if self._store.dialect == "postgresql" else ExitStack()
                self._holds.append(_Hold(kept, {version.version_id for version in batch}))
            return batch


def _select(connection: Connection, now: datetime, last: int, size: int) -> list[UnreadVersion]:
    query = unread_query(now).where(article_versions.c.id > last).limit(size)
    locked = query.with_for_update(of=article_versions, skip_locked=True, key_share=True)
    return [UnreadVersion(version_id=row.id, url=row.url, text=row.text) for row in connection.execute(locked)]
