"""Inserting rows in bulk, the same way on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from ingest.article import Link

CHUNK = 1000  # values in one statement; SQLite takes no more than 32,766
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` in bulk; one whose key is there already is left as it is.

    Rows go in by ascending first column, so that two writers on PostgreSQL lock them in one order.
    """
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = table.primary_key.columns[0].name
    ordered = sorted(rows, key=lambda row: row[first])
    connection.execute(insert(table).on_conflict_do_nothing(), ordered)


def storable(text: str) -> str:
    """Replace what the databases cannot keep (NUL, lone surrogates) by U+FFFD, one for one: offsets stay."""
    return _UNSTORABLE.sub("\ufffd", text)


def link_rows(links: Iterable[Link]) -> list[dict[str, str]]:
    return [{"url": storable(link.url), "text": storable(link.text)} for link in links]


def in_chunks(
    connection: Connection, query: Select[Any], column: ColumnElement[int], ids: Iterable[int]
) -> Iterator[Row[Any]]:
    """The rows of `query` of which `column` is one of `ids`, some hundreds of them a statement."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(query.where(column.in_(wanted[start : start + CHUNK])))
