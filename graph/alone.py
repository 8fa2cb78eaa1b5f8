"""One scheduler a store: whoever holds the place keeps others out for as long as he lives, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import func, select

from graph.errors import AlreadyRunning
from graph.store import Store

_PLACE = 0x5A751  # of PostgreSQL's advisory locks, beside that of migrations


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Hold the one place of this store: a locked file beside SQLite's, an advisory lock in PostgreSQL.

    Both end with the process, however it ends.

    Raises:
        AlreadyRunning: another process holds it.
    """
    if store.dialect == "postgresql":
        with store.reading() as connection:
            if not connection.execute(select(func.pg_try_advisory_lock(_PLACE))).scalar_one():
                raise _taken(store)
            connection.commit()  # the lock belongs to the connection; an open transaction would only hold up others
            yield
            connection.execute(select(func.pg_advisory_unlock(_PLACE)))
        return
    lock = FileLock(f"{store.file}.run-lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise _taken(store) from None
    try:
        yield
    finally:
        lock.release()


def _taken(store: Store) -> AlreadyRunning:
    return AlreadyRunning(store.address, "another `sayso run` is at work on this store; stop it first")
