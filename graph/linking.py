"""Claims that say the same in other words: found for each new claim among its neighbours, judged, and joined.

The way of a claim after `graph.annotating`: vector → nearest claims → verdict on each pair → `claim_links` → groups.
What is to do is found by a query (claims without a row in `claim_vectors`), so that it can stop and go on, and a
second run changes nothing. A new claim touches its neighbours only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, func, select

from graph.claim_keys import stands_for_itself
from graph.grouping import regroup_claims
from graph.joining import pair_of
from graph.pairs import LEAST_COSINE, Phrase, Verdict, compare, phrase_of
from graph.pgvector import PgVectorIndex, has_pgvector
from graph.rows import insert_new
from graph.schema import claim_links, claim_vectors, claims
from graph.store import Store
from graph.vectors import ClaimIndex, NeighbourIndex, pack, unpack
from nlp.sentences import SENTENCE_MODEL
from nlp.wording import read_wording

BATCH = 256
# So many of the nearest are judged. A claim in more wordings than this is joined through those that are nearest.
NEIGHBOURS = 48
# Phrases are kept in memory up to so many, some 100 MB, and then loaded anew as they are met.
MOST_KNOWN = 20_000
# Links below this score (log odds) are not kept: the pair counts as far apart.
LEAST_SCORE = -3.0


class Encoder(Protocol):
    """What makes vectors: `nlp.sentences.SentenceEncoder`."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(slots=True, kw_only=True)
class _Known:
    phrase: Phrase
    vector: NDArray[np.float32]


class Linker:
    """Links the claims of one store that are not linked yet. Holds the index and the phrases that it has met, so that
    one works at a time (`graph.alone`)."""

    def __init__(self, store: Store, encoder: Encoder, *, index_path: Path | None = None) -> None:
        self._store = store
        self._encoder = encoder
        self._known: dict[int, _Known] = {}
        with store.writing() as connection:
            connection.execute(delete(claim_vectors).where(claim_vectors.c.model != SENTENCE_MODEL))
            self._index = _open_index(connection, index_path)

    def link_new(self) -> Iterator[int]:
        """Link all that waits; yield the number of claims after each batch, which is one transaction."""
        while True:
            with self._store.writing(alone=True) as connection:
                rows = connection.execute(_waiting().limit(BATCH)).all()
                if rows:
                    self._link(connection, rows)
            if not rows:
                return
            yield len(rows)

    def save_index(self) -> None:
        self._index.save()

    def _link(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        clear = [row for row in rows if not row.is_topic and stands_for_itself(row.text)]
        vectors = self._encoder.encode([row.text for row in clear])
        packed = {row.id: pack(vector) for row, vector in zip(clear, vectors, strict=True)}
        records = [{"claim_id": row.id, "model": SENTENCE_MODEL, "vector": packed.get(row.id)} for row in rows]
        insert_new(connection, claim_vectors, records)
        # As they are kept, so that a pair has one cosine whichever of the two came first.
        kept = np.stack([unpack(packed[row.id]) for row in clear]) if clear else vectors
        self._index.add(connection, [row.id for row in clear], kept)
        for row, vector in zip(clear, kept, strict=True):
            self._known[row.id] = _Known(phrase=phrase_of(read_wording(row.text)), vector=vector)
        near = dict(zip([row.id for row in clear], self._index.find(connection, kept, count=NEIGHBOURS), strict=True))
        self._learn(connection, {other for found in near.values() for other in found})
        self._save_verdicts(connection, near)
        regroup_claims(connection, near)

    def _save_verdicts(self, connection: Connection, near: dict[int, list[int]]) -> None:
        verdicts: dict[tuple[int, int], Verdict] = {}
        for claim_id, others in near.items():
            for other in others:
                pair = pair_of(claim_id, other)
                if other != claim_id and other in self._known and pair not in verdicts:
                    verdict = self._judge(*pair)
                    if verdict is not None:
                        verdicts[pair] = verdict
        insert_new(connection, claim_links, [_link_row(pair, verdict) for pair, verdict in verdicts.items()])

    def _judge(self, left: int, right: int) -> Verdict | None:
        one, other = self._known[left], self._known[right]
        cosine = float(one.vector @ other.vector)
        if cosine < LEAST_COSINE:
            return None
        verdict = compare(one.phrase, other.phrase, cosine)
        return verdict if verdict.score >= LEAST_SCORE else None

    def _learn(self, connection: Connection, ids: set[int]) -> None:
        """Load what is not known yet of these claims."""
        wanted = sorted(ids - self._known.keys())
        for start in range(0, len(wanted), 500):
            query = (
                select(claims.c.id, claims.c.text, claim_vectors.c.vector)
                .join(claim_vectors, claim_vectors.c.claim_id == claims.c.id)
                .where(claims.c.id.in_(wanted[start : start + 500]), claim_vectors.c.vector.is_not(None))
            )
            for row in connection.execute(query):
                self._known[row.id] = _Known(phrase=phrase_of(read_wording(row.text)), vector=unpack(row.vector))


def _open_index(connection: Connection, path: Path | None) -> NeighbourIndex:
    if has_pgvector(connection):
        return PgVectorIndex(connection, model=SENTENCE_MODEL)
    return ClaimIndex(connection, model=SENTENCE_MODEL, path=path)


def count_unlinked(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(_waiting().subquery())).scalar_one()


def _waiting() -> Any:
    return (
        select(claims.c.id, claims.c.text, claims.c.is_topic)
        .outerjoin(claim_vectors, claim_vectors.c.claim_id == claims.c.id)
        .where(claim_vectors.c.claim_id.is_(None))
        .order_by(claims.c.id)
    )


def _link_row(pair: tuple[int, int], verdict: Verdict) -> dict[str, Any]:
    return {
        "left_id": pair[0],
        "right_id": pair[1],
        "relation": verdict.relation,
        "score": verdict.score,
        "reasons": list(verdict.reasons),
    }
