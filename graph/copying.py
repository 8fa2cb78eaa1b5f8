"""A whole store into another database, of either kind: for whoever outgrows SQLite, or goes back to it.

Rows are copied as they are, all ids with them, in one transaction: afterwards the other store holds everything or
nothing. What triggers keep is made by SQLite's own triggers; in PostgreSQL they rest meanwhile, and it is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, ForeignKeyConstraint, Row, Table, delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from graph.errors import StoreInUse
from graph.schema import attribution_times, claim_changes, day_changes, metadata
from graph.store import Store

_AT_ONCE = 5000  # rows
# What triggers write: SQLite's note changes as rows come in, in whose place is put what the source has noted.
_NOTED = (claim_changes, day_changes)
_TABLES = [table for table in metadata.sorted_tables if table not in (attribution_times, *_NOTED)]


def count_rows(store: Store) -> int:
    """How many rows `copy_store` will copy."""
    with store.reading() as connection:
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _TABLES)


def copy_store(source: Store, target: Store, *, advance: Callable[[int], None] = lambda _rows: None) -> None:
    """Copy all that `source` holds at this moment into `target`, which must be empty. `advance` is told of rows.

    Raises:
        StoreInUse: `target` holds something already.
    """
    with source.reading() as ours, target.writing(alone=True) as theirs, _checked_last(theirs):
        for table in metadata.sorted_tables:
            if theirs.execute(select(table.primary_key.columns[0]).limit(1)).first() is not None:
                raise StoreInUse(target.address, "there is something in it already; name an empty database")
        for table in _TABLES:
            for rows in _stream(ours, table):
                _put(theirs, table, rows)
                advance(len(rows))
        for table in _NOTED if target.dialect == "sqlite" else (attribution_times, *_NOTED):
            theirs.execute(delete(table))
            for rows in _stream(ours, table):
                _put(theirs, table, rows)
        _count_on(theirs)
        if target.dialect == "postgresql":
            theirs.execute(text("ANALYZE"))  # or it plans for empty tables until it has looked at them by itself


def _stream(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(select(table)).partitions()


def _put(connection: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Into PostgreSQL by its COPY, which takes rows several times as fast as statements."""
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), [dict(row._mapping) for row in rows])
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.c)
    adapt = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in table.c]
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([value if to is None else to(value) for to, value in zip(adapt, row, strict=True)])
    except psycopg.Error as error:
        raise DBAPIError(statement, None, error) from error


@contextmanager
def _checked_last(connection: Connection) -> Iterator[None]:
    """Look at references at the end only, as a row may refer to one of its own table that comes after it."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield
        return
    own = [
        (table.name, constraint.name)
        for table in _TABLES
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table is table
    ]
    for table, name in own:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"))
    for table in metadata.tables:  # our own triggers, not those of references
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table in metadata.tables:
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    for table, name in own:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE"))


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows from above those that came with their numbers, as SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, func.max(column))))
