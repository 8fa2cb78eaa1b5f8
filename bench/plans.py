"""Which statements a query of ours sends, and which tables the database would read from end to end to answer them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from graph.store import Store

# SQLite: "SCAN articles", but not "SCAN claims USING INDEX ..." and not "SCAN (subquery-3)", "SCAN 2 CONSTANT ROWS".
_SQLITE_SCAN = re.compile(r"^SCAN (?!\(|\d+ CONSTANT|.* USING |.* VIRTUAL TABLE )(\w+)")
# In the order of the table itself, without a sort (which would be a second line of the plan), and not to its end.
_FIRST_ROWS = re.compile(r"SELECT (?:(?!WHERE)[^()])* ORDER BY [^()]* LIMIT [^()]*", re.DOTALL)
_POSTGRESQL_SCAN = re.compile(r"Seq Scan on (\w+)")

Sent = tuple[str, Any]


@contextmanager
def recording(store: Store) -> Iterator[list[Sent]]:
    """Collect the statements that read, with what was bound to them."""
    sent: list[Sent] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append((statement, parameters))

    event.listen(store._engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(store._engine, "before_cursor_execute", remember)


def find_scans(store: Store, ask: Callable[[], Any]) -> dict[str, str]:
    """Run `ask` and return the tables that are read whole, each with the statement that does it.

    PostgreSQL is told to scan only where nothing else is possible, since on a small table scanning is best.
    """
    with recording(store) as sent:
        ask()
    found: dict[str, str] = {}
    with store.reading() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in sent:
            for table in _scans(connection, statement, parameters):
                found.setdefault(table, statement)
    return found


def _scans(connection: Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        if len(plan) == 1 and _FIRST_ROWS.fullmatch(statement):
            return []
        return [match[1] for row in plan if (match := _SQLITE_SCAN.match(row[3]))]
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return [match[1] for row in rows if (match := _POSTGRESQL_SCAN.search(row[0]))]
