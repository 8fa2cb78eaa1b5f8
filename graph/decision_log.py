"""All decisions, people's and the machine's, as they were made and taken back: the log that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from graph.decisions import DecisionAction, DecisionKind
from graph.evidence import load_attributions
from graph.identity_groups import MACHINE
from graph.rejections import load_rejected_words
from graph.schema import claims, decisions, entities
from graph.store import Store

_NAME_OF = {DecisionKind.ENTITY: entities.c.name, DecisionKind.CLAIM: claims.c.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """One decision. A name is `None` where the thing is no longer held; `undone_at` is for a decision that stands."""

    number: int
    kind: DecisionKind
    action: DecisionAction
    left_id: int
    left_name: str | None
    right_id: int | None  # `None` for a rejected attribution
    right_name: str | None
    who: str
    why: str
    score: float | None
    decided_at: datetime
    undone_at: datetime | None
    undone_by: str | None

    @property
    def is_machine(self) -> bool:
        return self.who == MACHINE


def list_decisions(
    store: Store,
    *,
    kinds: Sequence[DecisionKind] = tuple(DecisionKind),
    by_people: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[LoggedDecision]:
    """The latest decisions of these kinds first. `before` is the number that the page before ended with."""
    query = select(decisions).where(decisions.c.kind.in_(kinds)).order_by(decisions.c.id.desc()).limit(limit)
    if by_people:  # what a person took back of the machine's is a person's doing as well
        query = query.where(
            (decisions.c.who != MACHINE) | decisions.c.undone_by.is_not(None) & (decisions.c.undone_by != MACHINE)
        )
    if before is not None:
        query = query.where(decisions.c.id < before)
    with store.reading() as connection:
        rows = connection.execute(query).all()
        names = {kind: _load_names(connection, kind, rows) for kind in kinds}
    return [_logged(row, names[DecisionKind(row.kind)]) for row in rows]


def _load_names(connection: Connection, kind: DecisionKind, rows: Iterable[Row[Any]]) -> dict[int, str]:
    ids = {side for row in rows if row.kind == kind for side in (row.left_id, row.right_id) if side is not None}
    if kind is DecisionKind.ATTRIBUTION:
        return {key: item.words for key, item in load_attributions(connection, ids).items()} | load_rejected_words(
            connection, ids
        )
    column = _NAME_OF[kind]
    table = column.table
    return {row.id: row[1] for row in connection.execute(select(table.c.id, column).where(table.c.id.in_(ids)))}


def _logged(row: Row[Any], names: dict[int, str]) -> LoggedDecision:
    same = ("left_id", "right_id", "who", "why", "score", "decided_at", "undone_at", "undone_by")
    return LoggedDecision(
        number=row.id,
        kind=DecisionKind(row.kind),
        action=DecisionAction(row.action),
        left_name=names.get(row.left_id),
        right_name=None if row.right_id is None else names.get(row.right_id),
        **{name: row._mapping[name] for name in same},
    )
