"""Merges and splits of entities and of claims: rows with who, when and why, each of which can be undone.

Nothing is overwritten. `canonical_id` of the things concerned is computed again from the decisions that stand, so
that after an undo the graph answers as if the decision had never been (`graph.grouping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Table, select, update

from graph.browsing import resolve_id
from graph.errors import NotFound
from graph.grouping import regroup
from graph.ids import Kind
from graph.schema import claim_members, claims, decisions, entities
from graph.store import Store


class DecisionKind(StrEnum):
    ENTITY = "entity"
    CLAIM = "claim"


class DecisionAction(StrEnum):
    MERGE = "merge"  # the two are one
    SPLIT = "split"  # the two are never one, whatever merges say


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about two things. `who` is a person, or the name of the rule that decided."""

    kind: DecisionKind
    action: DecisionAction
    left_id: int
    right_id: int
    who: str
    why: str
    score: float | None = None


def decide(store: Store, decision: Decision, *, now: datetime) -> int:
    """Record a decision, apply it, and return its number for `undo`.

    Raises:
        NotFound: one of the two things is not in the store.
    """
    with store.writing() as connection:
        table = _table(decision.kind)
        for thing in (decision.left_id, decision.right_id):
            if connection.execute(select(table.c.id).where(table.c.id == thing)).first() is None:
                raise NotFound(str(thing), f"there is no such {decision.kind} in this store")
        values = {name: getattr(decision, name) for name in Decision.__dataclass_fields__}
        result = connection.execute(decisions.insert().values(**values, decided_at=now))
        regroup(connection, decision.kind, {decision.left_id, decision.right_id})
        assert result.inserted_primary_key is not None  # noqa: S101  an autoincrement insert always has one
        return int(result.inserted_primary_key[0])


def undo(store: Store, number: int, *, who: str, now: datetime) -> None:
    """Take a decision back; the row stays, marked with who did it and when.

    Raises:
        NotFound: there is no such decision, or it is undone already.
    """
    with store.writing() as connection:
        row = connection.execute(select(decisions).where(decisions.c.id == number)).first()
        if row is None or row.undone_at is not None:
            raise NotFound(str(number), "there is no such decision" if row is None else "it is undone already")
        connection.execute(update(decisions).where(decisions.c.id == number).values(undone_at=now, undone_by=who))
        regroup(connection, row.kind, {row.left_id, row.right_id})


def _table(kind: DecisionKind) -> Table:
    return entities if kind is DecisionKind.ENTITY else claims


def merge_claims(store: Store, left: str, right: str, *, who: str, why: str, now: datetime) -> int:
    """Make one claim of the two that these ids, or beginnings of ids, mean; return the decision's number.

    Raises:
        NotFound: one means no claim, or they are one already.
    """
    with store.reading() as connection:
        left_id, right_id = (resolve_id(connection, Kind.CLAIM, text) for text in (left, right))
    if left_id == right_id:
        raise NotFound(right, "the two are one claim already")
    merge = DecisionAction.MERGE
    return decide(store, _on_claims(merge, left_id, right_id, who, why), now=now)


def split_claim(store: Store, claim: str, attribution: str, *, who: str, why: str, now: datetime) -> int:
    """Take an attribution, and all in the same words, out of a claim for good; return the decision's number.

    Raises:
        NotFound: an id means nothing, the attribution is none of the claim's, or it says just what the claim says.
    """
    with store.reading() as connection:
        claim_id = resolve_id(connection, Kind.CLAIM, claim)
        attribution_id = resolve_id(connection, Kind.ATTRIBUTION, attribution)
        own = (
            select(claims.c.id)
            .join(claim_members, claim_members.c.claim_id == claims.c.id)
            .where(claim_members.c.attribution_id == attribution_id, claims.c.canonical_id == claim_id)
        )
        own_id = connection.execute(own).scalar()
    if own_id is None:
        raise NotFound(attribution, "it does not belong to this claim")
    if own_id == claim_id:
        raise NotFound(attribution, "it says the claim in just these words; split off those that differ instead")
    split = DecisionAction.SPLIT
    return decide(store, _on_claims(split, claim_id, own_id, who, why), now=now)


def _on_claims(action: DecisionAction, left_id: int, right_id: int, who: str, why: str) -> Decision:
    return Decision(kind=DecisionKind.CLAIM, action=action, left_id=left_id, right_id=right_id, who=who, why=why)
