"""The store: opening it, bringing its schema up to date, and transactions.

SQLite (WAL, one writer at a time) by default and PostgreSQL by URL, through SQLAlchemy Core. The other modules of
this room take a `Store` and run their statements in `reading()` or `writing()`; a `writing()` block is one
transaction, kept whole or not at all. Foreign exceptions become this room's here and nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from graph import schema
from graph.errors import (
    StoreBroken,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from graph.locks import Lock

BUSY_TIMEOUT_SECONDS = 5.0  # in SQLite, of what somebody waits for at a terminal or in a browser
LOCK_TIMEOUT_SECONDS = 120  # longer than any transaction of ours
_MOST_MAPPED_BYTES = 2**31  # of address space, not of memory; SQLite maps no more


class Store:
    """An open store. Close it, or use it in a `with`; it may be shared between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.address = engine.url.render_as_string(hide_password=True)
        self.dialect = engine.dialect.name
        self.url = engine.url
        self.file = engine.url.database if self.dialect == "sqlite" else None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
        is_mapped: bool = False,
    ) -> Store:
        """Open the store at the SQLAlchemy `url`, making it or bringing its schema up to date as needed.

        With `create=False` a SQLite file that is not there, or a database without tables, is an error. `is_mapped` is
        for those who read here and there in a large one: SQLite then reads from the system's cache without copying.

        Raises:
            StoreError: it cannot be used; the subclass and the message say why and what to do.
        """
        engine = _make_engine(url, create=create, busy_timeout_seconds=busy_timeout_seconds, is_mapped=is_mapped)
        store = cls(engine)
        try:
            store._bring_up_to_date(create=create)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def beside(self, name: str) -> Path | None:
        """Where a file that belongs to this store may be kept; `None` where the store is no file of its own."""
        database = self._engine.url.database
        if self.dialect != "sqlite" or not database or database.startswith("file:"):
            return None
        return Path(f"{database}.{name}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view: all statements inside see the store as it was at the first one."""
        with self._mapped_errors(), self._engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """One transaction: committed when the block ends, undone when it raises.

        In SQLite there is one at a time. In PostgreSQL too, of those that are `alone`: for what depends on all that is
        held, and would miss what another writes meanwhile.
        """
        with self._mapped_errors(), self._engine.connect() as connection:
            connection = connection.execution_options(sayso_writing=True)
            with connection.begin():
                if alone and self.dialect == "postgresql":
                    connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(Lock.WRITING)))
                yield connection

    def shrink(self) -> None:
        """Give the space of rows that are gone back to the disk; meanwhile it takes as much again.

        PostgreSQL uses it again by itself, and is left alone.
        """
        if self.dialect != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM")
        except sqlite3.Error as error:
            raise map_database_error(DBAPIError("VACUUM", None, error), self.address) from error
        finally:
            connection.close()

    def _bring_up_to_date(self, *, create: bool) -> None:
        found = self._find_revision()
        if found == schema.HEAD:
            return
        if found is None and not create:
            raise StoreMissing(self.address, "there is no store here yet; `sayso ingest` makes one")
        from graph.migrations import migrate  # Alembic is slow to import and rarely needed

        with self.writing() as connection:
            if self.dialect == "postgresql":
                connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(Lock.MIGRATION)))
            try:
                migrate.to_head(connection)
            except migrate.UnknownRevision as error:
                raise StoreTooNew(
                    self.address,
                    f"a newer sayso made this store (schema {found}, this one knows {schema.HEAD}); "
                    "update sayso, or open another store with --db",
                ) from error

    def _find_revision(self) -> str | None:
        with self.reading() as connection:
            if not sqlalchemy.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise map_database_error(error, self.address) from error
        except SQLAlchemyError as error:
            raise StoreError(self.address, f"the store could not do this: {error}") from error


def _make_engine(url: str, *, create: bool, busy_timeout_seconds: float, is_mapped: bool = False) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        address = parsed.render_as_string(hide_password=True)
        options: dict[str, Any] = {}
        if parsed.get_backend_name() == "sqlite":
            _check_sqlite_path(parsed.database, address, create=create)
            options = {"connect_args": {"timeout": busy_timeout_seconds}}
        elif parsed.get_backend_name() == "postgresql":
            # Whoever waits longer for another's lock says so, as in SQLite, and tries again later.
            limits = {} if "options" in parsed.query else {"options": f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s"}
            options = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10, **limits}}
        else:
            raise StoreUnreachable(address, "sayso keeps its store in SQLite or PostgreSQL only")
        engine = sqlalchemy.create_engine(parsed, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreUnreachable(
            url.split("@")[-1],
            "this is no database URL; use sqlite:////path/to/file.db or postgresql://user@host/name",
        ) from error
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine, is_mapped=is_mapped)
    return engine


def _check_sqlite_path(database: str | None, address: str, *, create: bool) -> None:
    if not database or database == ":memory:":
        raise StoreUnreachable(address, "the store must be a file, or it would be lost: sqlite:////path/to/file.db")
    if database.startswith("file:"):
        return
    path = Path(database)
    if not create and not path.exists():
        raise StoreMissing(address, "there is no store here yet; `sayso ingest` makes one")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable(address, f"its folder cannot be made: {error.strerror}") from error


def _set_up_sqlite(engine: Engine, *, is_mapped: bool) -> None:
    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own: `_begin` does
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        if is_mapped:
            connection.execute(f"PRAGMA mmap_size = {_MOST_MAPPED_BYTES}")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error):  # a read-only file keeps the mode it has and can still be read
                raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that will write takes the lock at once: one that upgrades later can fail without waiting.
        writing = connection.get_execution_options().get("sayso_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def map_database_error(error: DBAPIError, address: str) -> StoreError:
    """Return the error of this room for one of a database driver."""
    text = str(error.orig).strip()
    low = text.lower()
    if "locked" in low or "busy" in low or "lock timeout" in low:
        return StoreLocked(address, "the store is in use by another process; wait for it to end and run this again")
    if "readonly" in low or "read-only" in low:
        return StoreReadOnly(address, "the store is read-only; give write permission, or name another with --db")
    if "disk is full" in low or "no space left" in low:
        return StoreFull(address, "no space is left on the disk; free some and run this again, nothing was lost")
    if "not a database" in low or "malformed" in low:
        return StoreBroken(
            address,
            f"the file is damaged or is no sayso store ({text}); move it away and make it "
            "again of the last backup: sayso restore FILE",
        )
    if "unable to open" in low:
        return StoreUnreachable(address, "the file cannot be opened; check the path and its permissions")
    if error.connection_invalidated or "connection" in low or "does not exist" in low:
        return StoreUnreachable(address, f"the database does not answer as it should: {text}")
    return StoreError(address, f"the store refused this: {text}")
