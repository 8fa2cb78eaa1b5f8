"""Inserting rows in bulk, the same way on both databases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

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
