"""Work that one process at a time may do on a store: whoever holds the place keeps others out while he lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import IntEnum

from filelock import FileLock, Timeout
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from graph.errors import AlreadyRunning
from graph.locks import Lock
from graph.store import Store


class Work(IntEnum):
    """What only one may do."""

    FOLLOWING = Lock.FOLLOWING  # polling and fetching
    READING = Lock.READING  # in SQLite, where two would read the same
    LINKING = Lock.LINKING  # the index of claims is in one process's memory


class Hold:
    """The one place of this work on this store: a locked file beside SQLite's, an advisory lock in PostgreSQL.

    Both end with the process, however it ends; PostgreSQL's also with its connection, when the database goes away.
    """

    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work
        self._held = ExitStack()
        self._connection: Connection | None = None

    def try_take(self) -> bool:
        """Hold it from now on if it is free; tell whether it was."""
        with ExitStack() as attempt:
            if self._store.dialect == "postgresql":
                connection = attempt.enter_context(self._store.reading())
                if not connection.execute(select(func.pg_try_advisory_lock(self._work))).scalar_one():
                    return False
                connection.commit()  # the lock is the connection's; an open transaction would only hold up others
                self._connection = connection
            else:
                lock = FileLock(f"{self._store.file}.{self._work.name.lower()}-lock")
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    return False
                attempt.callback(lock.release)
            self._held = attempt.pop_all()
        return True

    def keep(self) -> None:
        """Take it again if it was lost.

        Raises:
            AlreadyRunning: another process has it.
            StoreError: the database is still away.
        """
        if self._store.dialect == "postgresql":
            if self._is_connected():
                return
            self.let_go()
            if not self.try_take():
                raise _taken(self._store, self._work)

    def let_go(self) -> None:
        """Leave the place to others."""
        if self._is_connected() and self._connection is not None:
            self._connection.execute(select(func.pg_advisory_unlock(self._work)))
            self._connection.commit()
        self._connection = None
        self._held.close()

    def _is_connected(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.rollback()
            self._connection.execute(select(1))
            self._connection.commit()
        except DBAPIError:
            return False
        return True


@contextmanager
def alone(store: Store, work: Work = Work.FOLLOWING) -> Iterator[Hold]:
    """Hold the one place of this work on this store.

    Raises:
        AlreadyRunning: another process holds it.
    """
    hold = Hold(store, work)
    if not hold.try_take():
        raise _taken(store, work)
    try:
        yield hold
    finally:
        hold.let_go()


@contextmanager
def try_alone(store: Store, work: Work) -> Iterator[bool]:
    """Hold the place if it is free; yield whether it was."""
    hold = Hold(store, work)
    try:
        yield hold.try_take()
    finally:
        hold.let_go()


def _taken(store: Store, work: Work) -> AlreadyRunning:
    return AlreadyRunning(store.address, f"another `sayso run` is {work.name.lower()} for this store; stop it first")
