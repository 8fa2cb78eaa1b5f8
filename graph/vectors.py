"""The nearest claims by meaning: an index over the vectors of the store, kept in a file beside it.

The rows of `claim_vectors` are the truth and the file only saves time: what the file lacks or has too much of is put
right when it is opened, and one that is lost, damaged or of another model is made again. Up to `EXACT` vectors all are
compared, so that small stores have no approximation at all.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from graph.schema import claim_vectors

log = logging.getLogger(__name__)

DIMENSIONS = 384
# At 20,000 vectors an exact search of one takes about 2 ms, as long as making the vector.
EXACT = 20_000
_CHUNK = 5_000
# Of HNSW (Malkov and Yashunin 2018): neighbours in the graph, and how wide a search goes.
_CONNECTIVITY, _EXPANSION_ADD, _EXPANSION_SEARCH = 16, 128, 128


class NeighbourIndex(Protocol):
    """What finds the nearest claims: `ClaimIndex`, or `graph.pgvector.PgVectorIndex` in PostgreSQL itself."""

    def add(self, connection: Connection, ids: Sequence[int], vectors: NDArray[np.float32], /) -> None: ...

    def find(self, connection: Connection, vectors: NDArray[np.float32], /, *, count: int) -> list[list[int]]: ...

    def save(self) -> None: ...


class ClaimIndex:
    """Add vectors by claim, find the nearest. Not for two writers at a time: the store's lock is theirs."""

    def __init__(self, connection: Connection, *, model: str, path: Path | None) -> None:
        """Open the file at `path` (`None`: nothing is kept) and bring it to what `connection` holds of `model`."""
        self._path = path
        self._index = _restore(path) or _new_index()
        query = select(claim_vectors.c.claim_id).where(
            claim_vectors.c.vector.is_not(None), claim_vectors.c.model == model
        )
        held = set(connection.execute(query).scalars())
        known = {int(key) for key in self._index.keys}
        for key in known - held:
            self._index.remove(key)
        self._add_missing(connection, sorted(held - known))

    def __len__(self) -> int:
        return len(self._index)

    def add(self, _connection: Connection, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors, in place of those of the same ids."""
        for claim_id in ids:
            if claim_id in self._index:
                self._index.remove(claim_id)
        if ids:
            self._index.add(np.array(ids, dtype=np.uint64), vectors, threads=1)

    def find(self, _connection: Connection, vectors: NDArray[np.float32], *, count: int) -> list[list[int]]:
        """Of each vector the ids of the nearest claims, at most `count`, the nearest first."""
        if not len(self._index) or not len(vectors):
            return [[] for _ in vectors]
        found = self._index.search(vectors, count, exact=len(self._index) <= EXACT, threads=1)
        keys = np.atleast_2d(found.keys)
        counts: Any = getattr(found, "counts", keys.shape[1])
        return [
            [int(key) for key in row[: int(number)]]
            for row, number in zip(keys, np.broadcast_to(np.atleast_1d(counts), (len(keys),)), strict=True)
        ]

    def save(self) -> None:
        """Write the file, whole or not at all."""
        if self._path is None:
            return
        scratch = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            self._index.save(str(scratch))
            scratch.replace(self._path)
        except (OSError, RuntimeError) as error:
            scratch.unlink(missing_ok=True)
            log.warning("%s: the index of claims could not be kept and will be made again: %s", self._path, error)

    def _add_missing(self, connection: Connection, ids: list[int]) -> None:
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            query = select(claim_vectors.c.claim_id, claim_vectors.c.vector).where(claim_vectors.c.claim_id.in_(chunk))
            rows = sorted(connection.execute(query).all())
            self.add(connection, [row.claim_id for row in rows], np.stack([unpack(row.vector) for row in rows]))


def pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def unpack(packed: bytes) -> NDArray[np.float32]:
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)


def _new_index() -> Any:
    from usearch.index import Index

    return Index(
        ndim=DIMENSIONS,
        metric="cos",
        dtype="f16",
        connectivity=_CONNECTIVITY,
        expansion_add=_EXPANSION_ADD,
        expansion_search=_EXPANSION_SEARCH,
    )


def _restore(path: Path | None) -> Any:
    """The index in the file; `None` where there is none that can be used."""
    if path is None or not path.exists():
        return None
    from usearch.index import Index

    try:
        index = Index.restore(str(path), view=False)
    except Exception as error:  # noqa: BLE001  the library has no errors of its own; the index is made again
        log.warning("%s: the index of claims is damaged and will be made again: %s", path, error)
        return None
    return index if index is not None and index.ndim == DIMENSIONS else None
