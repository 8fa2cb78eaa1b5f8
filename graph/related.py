"""Claims beside a claim: rivals that give the same thing another value, updates, and questions. Linked, never joined.

A later value from the same source is an update of the earlier one, no rival.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from graph.evidence import ClaimEvidence, load_claims
from graph.grouping import links_of
from graph.pairs import JOIN_SCORE, Relation
from graph.schema import claims

# More would not be read.
MOST_RELATED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedClaim:
    """`kind` is rival, update or asks; `reason` says in words what the two differ in."""

    claim_id: int
    text: str
    kind: str
    reason: str


def load_related(connection: Connection, evidence: ClaimEvidence) -> tuple[RelatedClaim, ...]:
    """Return the claims beside this one, the nearest first, each once."""
    group = select(claims.c.id).where(claims.c.canonical_id == evidence.claim_id)
    ours = set(connection.execute(group).scalars())
    rows = [
        row
        for row in links_of(connection, ours)
        if row.relation in (Relation.RIVAL, Relation.ASKS) and row.score >= JOIN_SCORE
    ]
    other_of = {(row.left_id, row.right_id): row.right_id if row.left_id in ours else row.left_id for row in rows}
    query = select(claims.c.id, claims.c.canonical_id).where(claims.c.id.in_(other_of.values()))
    canonical = {row.id: row.canonical_id for row in connection.execute(query)}
    first: dict[int, tuple[str, str]] = {}
    for row in sorted(rows, key=lambda row: (-row.score, row.left_id, row.right_id)):
        claim_id = canonical[other_of[row.left_id, row.right_id]]
        if claim_id != evidence.claim_id and len(first) < MOST_RELATED:
            first.setdefault(claim_id, (row.relation, row.reasons[0]))
    found = [other for other in load_claims(connection, list(first)) if other.members]
    return tuple(_describe(evidence, other, *first[other.claim_id]) for other in found)


def _describe(ours: ClaimEvidence, other: ClaimEvidence, kind: str, reason: str) -> RelatedClaim:
    source = _source_that_changed(ours, other) if kind == Relation.RIVAL else None
    if source is not None:
        kind, reason = "update", f"{reason}, from the same source at another time, {source}"
    return RelatedClaim(claim_id=other.claim_id, text=other.text, kind=kind, reason=reason)


def _source_that_changed(ours: ClaimEvidence, other: ClaimEvidence) -> str | None:
    """An identified source that says the one and, in an article of another time, the other."""
    said: dict[int, tuple[str, set[str]]] = {}
    for item in ours.members:
        if item.source_entity_id is not None and item.source_name is not None:
            said.setdefault(item.source_entity_id, (item.source_name, set()))[1].add(item.version.at.isoformat())
    for item in other.members:
        name, times = said.get(item.source_entity_id or 0, ("", set[str]()))
        if times and item.version.at.isoformat() not in times:
            return name
    return None
