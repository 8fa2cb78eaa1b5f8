"""Work that one process at a time may do on a store: whoever holds the place keeps others out while he lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from filelock import FileLock, Timeout
from sqlalchemy import func, select

from graph.errors import AlreadyRunning
from graph.store import Store


class Work(IntEnum):
    """What only one may do; the numbers are of PostgreSQL's advisory locks, beside that of migrations."""

    FOLLOWING = 0x5A751  # polling and fetching
    READING = 0x5A754  # in SQLite, where two would read the same
    LINKING = 0x5A752  # the index of claims is in one process's memory


@contextmanager
def alone(store: Store, work: Work = Work.FOLLOWING) -> Iterator[None]:
    """Hold the one place of this work on this store.

    Raises:
        AlreadyRunning: another process holds it.
    """
    with try_alone(store, work) as is_ours:
        if not is_ours:
            raise AlreadyRunning(
                store.address, f"another `sayso run` is {work.name.lower()} for this store; stop it first"
            )
        yield


@contextmanager
def try_alone(store: Store, work: Work) -> Iterator[bool]:
    """Hold the place if it is free; yield whether it was.

    It is a locked file beside SQLite's, an advisory lock in PostgreSQL; both end with the process, however it ends.
    """
    if store.dialect == "postgresql":
        with store.reading() as connection:
            is_ours = connection.execute(select(func.pg_try_advisory_lock(work))).scalar_one()
            connection.commit()  # the lock belongs to the connection; an open transaction would only hold up others
            try:
                yield is_ours
            finally:
                if is_ours:
                    connection.rollback()
                    connection.execute(select(func.pg_advisory_unlock(work)))
        return
    lock = FileLock(f"{store.file}.{work.name.lower()}-lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
