"""Merges and splits: applied, and gone without a trace when undone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from graph import schema
from graph.decisions import Decision, DecisionAction, DecisionKind, decide, undo
from graph.errors import NotFound
from graph.store import Store
from tests.graph.world import NOW


def add_claims(store: Store, *ids: int) -> None:
    with store.writing() as connection:
        rows = [{"id": id, "text": f"claim {id}", "canonical_id": id, "last_seen_at": NOW} for id in ids]
        connection.execute(schema.claims.insert(), rows)


def canonical(store: Store) -> dict[int, int]:
    with store.reading() as connection:
        return {row.id: row.canonical_id for row in connection.execute(select(schema.claims))}


def judge(store: Store, action: DecisionAction, left: int, right: int) -> int:
    decision = Decision(
        kind=DecisionKind.CLAIM, action=action, left_id=left, right_id=right, who="ada", why="same words"
    )
    return decide(store, decision, now=NOW)


def test_merges_join_and_an_undo_leaves_it_as_if_they_had_never_been(store: Store) -> None:
    add_claims(store, 1, 2, 3)
    first = judge(store, DecisionAction.MERGE, 2, 1)
    second = judge(store, DecisionAction.MERGE, 3, 2)
    assert canonical(store) == {1: 1, 2: 1, 3: 1}
    undo(store, first, who="ben", now=NOW)
    assert canonical(store) == {1: 1, 2: 2, 3: 2}
    undo(store, second, who="ben", now=NOW)
    assert canonical(store) == {1: 1, 2: 2, 3: 3}


def test_a_split_keeps_two_apart_whatever_merges_say(store: Store) -> None:
    add_claims(store, 1, 2, 3)
    split = judge(store, DecisionAction.SPLIT, 1, 3)
    judge(store, DecisionAction.MERGE, 1, 2)
    judge(store, DecisionAction.MERGE, 2, 3)
    assert canonical(store) == {1: 1, 2: 1, 3: 3}
    undo(store, split, who="ben", now=NOW)
    assert canonical(store) == {1: 1, 2: 1, 3: 1}


def test_an_undone_decision_stays_in_the_log_with_who_undid_it(store: Store) -> None:
    add_claims(store, 1, 2)
    number = judge(store, DecisionAction.MERGE, 1, 2)
    undo(store, number, who="ben", now=NOW)
    with store.reading() as connection:
        row = connection.execute(select(schema.decisions)).one()
    assert (row.who, row.why, row.undone_by, row.undone_at) == ("ada", "same words", "ben", NOW)


def test_what_is_not_there_cannot_be_decided_on(store: Store) -> None:
    add_claims(store, 1)
    with pytest.raises(NotFound):
        judge(store, DecisionAction.MERGE, 1, 2)
    with pytest.raises(NotFound):
        undo(store, 99, who="ben", now=NOW)
