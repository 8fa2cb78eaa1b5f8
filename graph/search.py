"""Finding claims, articles and entities by words: one function each over FTS5 and tsvector.

What a person types is words to be found, never query syntax: quotes, AND, NEAR and the like are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from graph.names import fold_letters
from graph.rows import CHUNK
from graph.schema import aliases, claims, entities, outlets

_TOKEN = re.compile(r"\w+")


class Searched(StrEnum):
    """What can be searched: the tables that the first migration made an index for."""

    CLAIMS = "claims"
    ARTICLES = "article_versions"


# The table names come from the enum above, never from input.
_SQLITE = {
    table: text(
        f"SELECT rowid AS id FROM {table}_fts WHERE {table}_fts MATCH :query "  # noqa: S608
        f"ORDER BY bm25({table}_fts), rowid LIMIT :limit"
    )
    for table in Searched
}
_POSTGRESQL = {
    table: text(
        f"SELECT id FROM {table}, plainto_tsquery('english', :query) AS query "  # noqa: S608
        "WHERE search @@ query ORDER BY ts_rank_cd(search, query) DESC, id LIMIT :limit"
    )
    for table in Searched
}


def search_text(connection: Connection, searched: Searched, query: str, *, limit: int) -> Sequence[int]:
    """Return the ids of the rows in which all words of `query` occur (stemmed), the best first."""
    words = _TOKEN.findall(query)
    if not words:
        return []
    if connection.dialect.name == "postgresql":
        statement, query = _POSTGRESQL[searched], " ".join(words)
    else:
        statement, query = _SQLITE[searched], " ".join(f'"{word}"' for word in words)
    return list(connection.execute(statement, {"query": query, "limit": limit}).scalars())


def find_claims(connection: Connection, query: str | None, *, limit: int) -> Sequence[int]:
    """Return canonical ids of claims: those with the words of `query`, the best first; without one the latest."""
    if query is None or not query.strip():
        latest = select(claims.c.canonical_id).order_by(claims.c.last_seen_at.desc(), claims.c.id).limit(limit)
        return list(dict.fromkeys(connection.execute(latest).scalars()))
    found = search_text(connection, Searched.CLAIMS, query, limit=limit)
    rows = connection.execute(select(claims.c.id, claims.c.canonical_id).where(claims.c.id.in_(found)))
    canonical = {row.id: row.canonical_id for row in rows}
    return list(dict.fromkeys(canonical[key] for key in found))


def find_entities(connection: Connection, name: str) -> Sequence[int]:
    """Return the canonical ids of the entities that some text calls `name`, in any case, with or without accents."""
    return list(connection.execute(_named(name).order_by(entities.c.canonical_id)).scalars())


def choose_entities(connection: Connection, name: str) -> Sequence[int] | Select[Any]:
    """What to compare canonical ids with, to choose those entities: the ids, or of many a query that gives them.

    A statement takes no more than some ten thousands of values.
    """
    found = list(connection.execute(_named(name).limit(CHUNK + 1)).scalars())
    return found if len(found) <= CHUNK else _named(name)


def _named(name: str) -> Select[Any]:
    return (
        select(entities.c.canonical_id)
        .join(aliases, aliases.c.entity_id == entities.c.id)
        .where(aliases.c.folded.in_({fold_letters(name), " ".join(name.split()).casefold()}))
        .distinct()
    )


def find_outlets(connection: Connection, name: str) -> Sequence[int]:
    """Return the ids of the outlets of this name, in any case."""
    query = select(outlets.c.id).where(func.lower(outlets.c.name) == name.strip().lower())
    return list(connection.execute(query).scalars())
