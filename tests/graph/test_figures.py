"""What lists say of a claim is always what its trace says, whatever has changed since it was counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from graph import figures
from graph.decisions import merge_claims, undo
from graph.entity_decisions import merge_entities
from graph.figures import count_changes, load_summaries, refresh_decided, refresh_figures
from graph.ids import Kind, show_id
from graph.schema import claim_changes, claim_figures, claims, outlets
from graph.store import Store
from graph.trace import ClaimSummary
from nlp.annotation import SourceType, Stance
from tests.graph.test_trace import page
from tests.graph.world import NOW, add_page


def refresh(store: Store) -> int:
    return sum(refresh_figures(store))


def summary(store: Store) -> ClaimSummary:
    """Of the only claim."""
    with store.reading() as connection:
        canonical = set(connection.execute(select(claims.c.canonical_id)).scalars())
        (found,) = load_summaries(connection, sorted(canonical))
        return found


def stored_origins(store: Store) -> list[tuple[int, int]]:
    with store.reading() as connection:
        rows = connection.execute(select(claim_figures.c.at_least, claim_figures.c.at_most)).all()
        return [(row.at_least, row.at_most) for row in rows]


def test_a_claim_is_counted_once_and_again_when_something_comes_in(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    assert refresh(store) == 1
    assert refresh(store) == 0
    assert stored_origins(store) == [(1, 1)]
    add_page(store, page("Coast Daily", "Bo Ek", hour=10))
    assert summary(store).origins == (2, 2)  # at once, although it is not counted yet
    assert stored_origins(store) == [(1, 1)]
    assert refresh(store) == 1
    assert stored_origins(store) == [(2, 2)]


def test_a_counted_claim_is_listed_as_a_traced_one(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    add_page(store, page("B News", "Kestrel Power", "denied", stance=Stance.DENIES, type=SourceType.ORGANISATION))
    traced = summary(store)
    refresh(store)
    assert summary(store) == traced
    assert traced.stances == {"asserts": 1, "denies": 1}


def test_a_merge_of_claims_and_its_undo_are_counted_at_once(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    other = "the leak at Orsk reached the river Velde"
    add_page(store, page("Coast Daily", "Bo Ek", hour=10, text=f"Bo Ek said {other}.", said=said(other)))
    refresh(store)
    with store.reading() as connection:
        left, right = (show_id(Kind.CLAIM, key) for key in connection.execute(select(claims.c.id)).scalars())
    number = merge_claims(store, left, right, who="ann", why="same", now=NOW)
    assert summary(store).articles == 2
    assert stored_origins(store) == [(2, 2)]
    undo(store, number, who="ann", now=NOW)
    assert sorted(stored_origins(store)) == [(1, 1), (1, 1)]


def test_claims_that_are_one_are_counted_once_and_what_changes_meanwhile_is_left(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    others = ("the leak at Orsk reached the river Velde", "the dam at Brae broke", "the road to Sund is closed")
    for hour, other in enumerate(others, 10):
        add_page(store, page("Coast Daily", "Bo Ek", hour=hour, text=f"Bo Ek said {other}.", said=said(other)))
    with store.writing() as connection:
        one = connection.execute(select(func.min(claims.c.id))).scalar_one()
        connection.execute(update(claims).values(canonical_id=one))
        connection.execute(delete(claim_changes))
        rows = [{"claim_id": key} for key in connection.execute(select(claims.c.id)).scalars()]
        connection.execute(insert(claim_changes), rows)
    counted: list[Sequence[int]] = []
    trace = figures._trace_summaries

    def count_and_change(connection: Connection, claim_ids: Sequence[int]) -> list[ClaimSummary]:
        counted.append(claim_ids)
        found = trace(connection, claim_ids)
        if len(counted) == 1:
            connection.execute(insert(claim_changes).values(claim_id=one))
        return found

    monkeypatch.setattr(figures, "_trace_summaries", count_and_change)
    monkeypatch.setattr(figures, "_BATCH", 1)
    refresh(store)
    assert counted == [[one], [one]]
    assert count_changes(store) == 0
    assert stored_origins(store) == [(2, 2)]


def said(content: str) -> tuple[object, ...]:
    from tests.graph.world import Said

    return (Said(source="Bo Ek", cue="said", content=content),)


def test_a_decision_counts_what_it_changes_and_leaves_what_waits_for_the_next_run(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    add_page(store, page("Coast Daily", "A. Brandt", hour=10))
    refresh(store)
    other = "the dam at Brae broke"
    add_page(store, page("Herald", "Bo Ek", hour=12, text=f"Bo Ek said {other}.", said=said(other)))
    assert stored_origins(store) == [(2, 2)]
    merge_entities(store, "Ada Brandt", "A. Brandt", who="ann", why="same", now=NOW)
    assert stored_origins(store) == [(1, 1)]
    assert count_changes(store) == 1


def test_a_decision_stands_though_another_process_is_writing(sqlite_url: str) -> None:
    """In SQLite, which has one writer at a time."""
    with Store.open(sqlite_url) as store, Store.open(sqlite_url, busy_timeout_seconds=0.1) as other:
        add_page(store, page("Herald", "Ada Brandt"))
        with store.writing():
            refresh_decided(other, after=0)
        assert stored_origins(store) == []
        refresh_decided(other, after=0)
        assert stored_origins(store) == [(1, 1)]


def test_an_outlet_s_family_is_noticed(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    refresh(store)
    with store.writing() as connection:
        connection.execute(update(outlets).where(outlets.c.name == "Herald").values(family="Norland Papers"))
    assert count_changes(store) == 1


def test_a_copy_that_is_found_later_is_noticed(store: Store) -> None:
    add_page(store, page("Herald", "Ada Brandt"))
    refresh(store)
    add_page(store, page("Coast Daily", "Ada Brandt", hour=10, credit="VELDEN (NPA) -"))
    refresh(store)
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(claim_figures)).scalar_one() == 1
        assert count_changes(store) == 0
