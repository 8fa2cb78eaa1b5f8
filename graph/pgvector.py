"""The nearest claims by meaning in PostgreSQL itself, where its extension `vector` is installed (pgvector 0.5 on).

The table belongs to the index, not to the schema: it is made when it is first needed, is brought to what
`claim_vectors` holds whenever it is opened, and may be dropped at any time. Who may not create the extension, or has a
server without it, is served by `graph.vectors`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from graph.schema import claim_vectors
from graph.vectors import DIMENSIONS, unpack

log = logging.getLogger(__name__)

# As wide as a search of `graph.vectors`.
_EXPANSION_SEARCH = 128
_CHUNK = 2_000
_MAKE = (
    "CREATE TABLE IF NOT EXISTS claim_neighbours "
    f"(claim_id bigint PRIMARY KEY, embedding vector({DIMENSIONS}) NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_claim_neighbours_embedding ON claim_neighbours "
    "USING hnsw (embedding vector_cosine_ops)",
)
_ADD = text(
    "INSERT INTO claim_neighbours (claim_id, embedding) VALUES (:claim_id, CAST(:embedding AS vector)) "
    "ON CONFLICT (claim_id) DO UPDATE SET embedding = EXCLUDED.embedding"
)
_FIND = text(
    "SELECT claim_id FROM claim_neighbours ORDER BY embedding <=> CAST(:embedding AS vector), claim_id LIMIT :count"
)
_STALE = text(
    "DELETE FROM claim_neighbours WHERE claim_id NOT IN "
    "(SELECT claim_id FROM claim_vectors WHERE vector IS NOT NULL AND model = :model)"
)
_MISSING = (
    select(claim_vectors.c.claim_id, claim_vectors.c.vector)
    .where(claim_vectors.c.vector.is_not(None))
    .where(text("claim_id NOT IN (SELECT claim_id FROM claim_neighbours)"))
    .order_by(claim_vectors.c.claim_id)
    .limit(_CHUNK)
)


def has_pgvector(connection: Connection) -> bool:
    """Whether this store can use the extension; it is created here if this user may do so."""
    if connection.dialect.name != "postgresql":
        return False
    offered = connection.execute(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")).first()
    if offered is None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
            for statement in _MAKE:
                connection.execute(text(statement))
    except DBAPIError as error:
        log.warning("pgvector is installed but may not be used, so the index is kept elsewhere: %s", error.orig)
        return False
    return True


class PgVectorIndex:
    """Add vectors by claim, find the nearest: the same as `graph.vectors.ClaimIndex`, in the store's transactions."""

    def __init__(self, connection: Connection, *, model: str) -> None:
        connection.execute(_STALE, {"model": model})
        while rows := connection.execute(_MISSING).all():
            self.add(connection, [row.claim_id for row in rows], np.stack([unpack(row.vector) for row in rows]))

    def add(self, connection: Connection, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        rows = [{"claim_id": key, "embedding": _written(each)} for key, each in zip(ids, vectors, strict=True)]
        if rows:
            connection.execute(_ADD, sorted(rows, key=lambda row: str(row["claim_id"])))

    def find(self, connection: Connection, vectors: NDArray[np.float32], *, count: int) -> list[list[int]]:
        connection.execute(text(f"SET LOCAL hnsw.ef_search = {_EXPANSION_SEARCH}"))
        return [
            list(connection.execute(_FIND, {"embedding": _written(each), "count": count}).scalars()) for each in vectors
        ]

    def save(self) -> None:
        """Nothing is to be done: it is saved with the store."""


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"
