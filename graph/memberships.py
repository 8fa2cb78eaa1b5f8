"""Why an attribution belongs to a claim: the words that it was found by, and what joined these with the claim's own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from graph.grouping import links_of
from graph.pairs import Relation
from graph.rows import in_chunks
from graph.schema import claim_links, claim_members, claims, decisions
from graph.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """`text` is the claim in this attribution's own words; `reasons` say why that is the same claim, in words.

    `is_own`: these are the words that the whole claim goes by, from which it cannot be split.
    """

    attribution_id: int
    text: str
    reasons: tuple[str, ...]
    is_own: bool


def load_memberships(store: Store, claim_id: int) -> dict[int, Membership]:
    """Return the membership of each attribution of the claim with this canonical id."""
    query = (
        select(claim_members, claims.c.text)
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .where(claims.c.canonical_id == claim_id)
        .order_by(claim_members.c.attribution_id)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
        why = _why_joined(connection, {row.claim_id for row in rows} | {claim_id}, claim_id)
    return {
        row.attribution_id: Membership(
            attribution_id=row.attribution_id,
            text=row.text,
            reasons=(row.reason, *why.get(row.claim_id, ())),
            is_own=row.claim_id == claim_id,
        )
        for row in rows
    }


def _why_joined(connection: Connection, group: set[int], claim_id: int) -> dict[int, list[str]]:
    """For each claim of the group but its own: its nearest link within the group, and what people decided."""
    found: dict[int, list[str]] = {}
    same = links_of(connection, group, claim_links.c.relation == Relation.SAME)
    links = [row for row in same if row.left_id in group and row.right_id in group]
    for row in sorted(links, key=lambda row: (claim_id not in (row.left_id, row.right_id), -row.score)):
        for side in (row.left_id, row.right_id):
            if side != claim_id:
                found.setdefault(side, [f"joined by meaning and words: {', '.join(row.reasons)}"])
    merges = select(decisions).where(
        decisions.c.kind == "claim", decisions.c.action == "merge", decisions.c.undone_at.is_(None)
    )
    for column, other in ((decisions.c.left_id, "right_id"), (decisions.c.right_id, "left_id")):
        for row in in_chunks(connection, merges, column, group):
            side = getattr(row, other)
            if side in group and side != claim_id:
                found.setdefault(side, []).append(f"merged by {row.who}: {row.why}")
    return found
