"""Stores for benchmarks, generated or empty; and what two stores, or exports, of the same news must agree on.

That is everything but the times at which things were done.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Table, select

from bench.figures import Sources
from bench.generator import fill_store
from graph import schema
from graph.days import refresh_days
from graph.figures import refresh_figures
from graph.identity_groups import MACHINE
from graph.schema import decisions
from graph.store import Store

_RUN_TIMES = frozenset(
    {
        "first_seen_at", "made_at", "first_used_at", "next_due_at", "added_at", "last_polled_at", "last_success_at",
        "last_new_at", "first_at", "last_at", "next_try_at", "interval_seconds", "listed_at", "full_fetch_at", "at",
        "seen_at",
    }
)  # fmt: skip
_RUN_TIME_TERMS = ("retrievedOn>", "endedAtTime>", "generatedAtTime>")


def empty_database(url: str) -> None:
    """Drop all that is in a PostgreSQL database."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def empty_store(sources: Sources) -> Store:
    """A store with nothing in it, in the database that is given or in the scratch folder."""
    if sources.postgresql is not None:
        empty_database(sources.postgresql)
        return Store.open(sources.postgresql)
    path = sources.scratch / "empty.db"
    for each in sources.scratch.glob(f"{path.name}*"):
        each.unlink()
    return Store.open(f"sqlite:///{path}")


def fill_generated_store(attributions: int, sources: Sources) -> str:
    """Return the URL of a store of so many attributions, ready to be asked; one that was made before is used again."""
    if sources.postgresql is None:
        path = sources.scratch / f"{attributions}.db"
        url = f"sqlite:///{path}"
        if path.exists():
            return url
    else:
        url = sources.postgresql
        empty_database(url)
    with Store.open(url) as store:
        fill_store(store, attributions)
        for _ in chain(refresh_figures(store), refresh_days(store)):
            pass
    return url


def dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a store by table, but for the times at which things were done and the log of machine joins."""
    with Store.open(url) as store, store.reading() as connection:
        return {table.name: _rows(connection, table) for table in schema.metadata.sorted_tables}


def read_export(path: Path) -> set[str]:
    """The statements of an export as N-Quads, without the times at which things were done."""
    with path.open(encoding="utf-8") as file:
        return {line for line in file if not any(term in line for term in _RUN_TIME_TERMS)}


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in _RUN_TIMES and column is not decisions.c.id]
    query = select(*columns)
    if table is decisions:  # what a machine joined is logged in the order in which it came in
        query = query.where(decisions.c.who != MACHINE)
    return sorted((tuple(row) for row in connection.execute(query)), key=repr)
