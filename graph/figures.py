"""What a list says of a claim: counted from its evidence once, and again when something that it depends on changes.

Lists and searches over many claims read what was counted. `claim_changes` names the claims that have changed since;
their figures are counted on the spot, so that no list shows an old one, but sorting and choosing go by what was counted
last. (What an outlet takes back after more than a month is noticed by the claim's own page alone.) `refresh_figures`
counts all that has changed, at the end of each `ingest` and `prune`; a decision counts what it changes itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Column, Connection, Row, delete, func, select

from graph.errors import StoreLocked
from graph.evidence import load_claims
from graph.rows import CHUNK, in_chunks, insert_new
from graph.schema import claim_changes, claim_figures, claims
from graph.store import Store
from graph.trace import SUPPORTING, ClaimSummary, summarise
from nlp.annotation import Stance

_BATCH = 50


def load_summaries(connection: Connection, claim_ids: Sequence[int]) -> list[ClaimSummary]:
    """Return the listing lines of these claims (canonical ids), in their order; those without members are left out."""
    counted = select(claim_figures, claims.c.text).join(claims, claims.c.id == claim_figures.c.claim_id)
    stored = {row.claim_id: row for row in in_chunks(connection, counted, claim_figures.c.claim_id, claim_ids)}
    changed = _changed_among(connection, claim_ids)
    fresh = {key: _summary_of(row) for key, row in stored.items() if key not in changed}
    missing = [key for key in claim_ids if key not in fresh]
    traced = {found.claim_id: found for found in _trace_summaries(connection, missing)}
    return [found for key in claim_ids if (found := fresh.get(key) or traced.get(key)) is not None]


def refresh_figures(store: Store, *, after: int = 0) -> Iterator[int]:
    """Count the figures of all claims that have changed, or that did `after` a change; yield how many, by batches."""
    while True:
        with store.writing() as connection:
            done = _refresh_batch(connection, after)
        if not done:
            return
        yield done


def refresh_decided(store: Store, *, after: int) -> None:
    """Count what a decision has changed, as far as no other process is writing meanwhile: then the next run does."""
    with suppress(StoreLocked):
        for _ in refresh_figures(store, after=after):
            pass


def last_change(connection: Connection) -> int:
    """The number of the latest change that is still to be counted: those that come now have higher ones."""
    return connection.execute(select(func.max(claim_changes.c.id))).scalar() or 0


def count_changes(store: Store) -> int:
    """How many claims have changed since they were counted."""
    with store.reading() as connection:
        return connection.execute(select(func.count(func.distinct(claim_changes.c.claim_id)))).scalar_one()


def _refresh_batch(connection: Connection, after: int) -> int:
    oldest = select(claim_changes.c.claim_id).where(claim_changes.c.id > after).order_by(claim_changes.c.id)
    changed = set(connection.execute(oldest.limit(_BATCH)).scalars())
    if not changed:
        return 0
    query = select(claims.c.id, claims.c.canonical_id)
    canonical = {row.canonical_id for row in in_chunks(connection, query, claims.c.id, changed)}
    # All that is one with them, so that nothing large is counted once for each of its parts.
    members = {row.id for row in in_chunks(connection, query, claims.c.canonical_id, canonical)}
    everything = sorted(changed | canonical | members)
    # These and no others: what changes while they are counted is noted in rows of its own.
    noted = [row.id for row in in_chunks(connection, select(claim_changes.c.id), claim_changes.c.claim_id, everything)]
    _delete(connection, claim_figures.c.claim_id, everything)
    rows = [_row_of(summary) for summary in _trace_summaries(connection, sorted(canonical))]
    insert_new(connection, claim_figures, rows)
    _delete(connection, claim_changes.c.id, noted)
    return len(changed | canonical)


def _delete(connection: Connection, column: Column[int], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(column.table).where(column.in_(ids[start : start + CHUNK])))


def _changed_among(connection: Connection, claim_ids: Sequence[int]) -> set[int]:
    """Those of these canonical claims of which a member, by whatever claim it belongs to, has changed."""
    query = select(claims.c.canonical_id).join(claim_changes, claim_changes.c.claim_id == claims.c.id)
    return {row.canonical_id for row in in_chunks(connection, query, claims.c.canonical_id, claim_ids)}


def _trace_summaries(connection: Connection, claim_ids: Sequence[int]) -> list[ClaimSummary]:
    return [summarise(evidence) for evidence in load_claims(connection, claim_ids) if evidence.members]


def _row_of(summary: ClaimSummary) -> dict[str, Any]:
    supporting = sum(summary.stances.get(stance, 0) for stance in SUPPORTING)
    same = ("claim_id", "articles", "outlets", "stances", "earliest_held", "earliest_at", "latest_at")
    return {
        **{name: getattr(summary, name) for name in same},
        "at_least": summary.origins[0],
        "at_most": summary.origins[1],
        "is_contested": bool(supporting and summary.stances.get(Stance.DENIES)),
        "about": list(summary.about),
    }


def _summary_of(row: Row[Any]) -> ClaimSummary:
    same = ("claim_id", "text", "articles", "outlets", "stances", "earliest_held", "earliest_at", "latest_at")
    return ClaimSummary(
        **{name: row._mapping[name] for name in same},
        about=tuple(row.about),
        origins=(row.at_least, row.at_most),
    )
