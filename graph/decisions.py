"""Merges and splits of entities and claims, and rejected attributions: rows with who, when and why, to be undone.

Nothing is overwritten. `canonical_id` of the things concerned is computed again from the decisions that stand, so
that after an undo the graph answers as if the decision had never been (`graph.grouping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from graph.browsing import resolve_id
from graph.errors import NotFound
from graph.figures import last_change, refresh_decided
from graph.grouping import regroup_claims
from graph.identity_groups import MACHINE, regroup_entities
from graph.ids import Kind
from graph.rejections import put_aside, put_back
from graph.schema import attributions, claim_members, claims, decisions, entities
from graph.store import Store


class DecisionKind(StrEnum):
    ENTITY = "entity"
    CLAIM = "claim"
    ATTRIBUTION = "attribution"


class DecisionAction(StrEnum):
    MERGE = "merge"  # the two are one
    SPLIT = "split"  # the two are never one, whatever merges say
    REJECT = "reject"  # the text does not say so: left out of all answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about two things, or one, which then has no right side. `who` is a person."""

    kind: DecisionKind
    action: DecisionAction
    left_id: int
    right_id: int | None
    who: str
    why: str
    score: float | None = None


def decide(store: Store, decision: Decision, *, now: datetime) -> int:
    """Record a decision, apply it, and return its number for `undo`.

    Raises:
        NotFound: one of the two things is not in the store.
    """
    _refuse_machine(decision.who)
    with store.writing() as connection:
        before = last_change(connection)
        table = _TABLES[decision.kind]
        for thing in _sides(decision):
            if connection.execute(select(table.c.id).where(table.c.id == thing)).first() is None:
                raise NotFound(str(thing), f"there is no such {decision.kind} in this store")
        values = {name: getattr(decision, name) for name in Decision.__dataclass_fields__}
        result = connection.execute(decisions.insert().values(**values, decided_at=now))
        _apply(connection, decision.kind, _sides(decision), is_undone=False)
        assert result.inserted_primary_key is not None  # noqa: S101  an autoincrement insert always has one
    refresh_decided(store, after=before)
    return int(result.inserted_primary_key[0])


def undo(store: Store, number: int, *, who: str, now: datetime) -> None:
    """Take a decision back; the row stays, marked with who did it and when.

    Raises:
        NotFound: there is no such decision, or it is undone already.
    """
    _refuse_machine(who)
    with store.writing() as connection:
        before = last_change(connection)
        row = connection.execute(select(decisions).where(decisions.c.id == number)).first()
        if row is None or row.undone_at is not None:
            raise NotFound(str(number), "there is no such decision" if row is None else "it is undone already")
        connection.execute(update(decisions).where(decisions.c.id == number).values(undone_at=now, undone_by=who))
        _apply(connection, DecisionKind(row.kind), _sides(row), is_undone=True)
    refresh_decided(store, after=before)


def _refuse_machine(who: str) -> None:
    if who == MACHINE:
        raise ValueError(f"a person cannot go by the name {MACHINE!r}")


def _sides(decision: Decision | Row[Any]) -> set[int]:
    return {side for side in (decision.left_id, decision.right_id) if side is not None}


def _apply(connection: Connection, kind: DecisionKind, things: set[int], *, is_undone: bool) -> None:
    match kind:
        case DecisionKind.ENTITY:
            regroup_entities(connection, things)
        case DecisionKind.CLAIM:
            regroup_claims(connection, things)
        case DecisionKind.ATTRIBUTION:
            for thing in things:
                (put_back if is_undone else put_aside)(connection, thing)


_TABLES: dict[DecisionKind, Table] = {
    DecisionKind.ENTITY: entities,
    DecisionKind.CLAIM: claims,
    DecisionKind.ATTRIBUTION: attributions,
}


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
