"""A store in another database: the same rows, found and counted the same, and open for more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from bench.generator import fill_store
from graph.browsing import list_claims
from graph.checking import find_faults
from graph.copying import copy_store, count_rows
from graph.errors import StoreInUse
from graph.figures import refresh_figures
from graph.schema import attribution_times, claim_changes, day_changes, decisions, metadata
from graph.store import Store

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Store]:
    """A store of which some claims are counted and some are not yet."""
    with Store.open(f"sqlite:///{tmp_path / 'laptop.db'}") as store:
        fill_store(store, 100)
        for _ in refresh_figures(store):
            pass
        fill_store(store, 100, seed=1)
        yield store


def all_rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_a_laptop_s_store_goes_to_postgresql_and_back_as_it_was(
    laptop: Store, postgres_url: str, tmp_path: Path
) -> None:
    told: list[int] = []
    with Store.open(postgres_url) as newsroom, Store.open(f"sqlite:///{tmp_path / 'again.db'}") as again:
        copy_store(laptop, newsroom, advance=told.append)
        copy_store(newsroom, again)
        rows = all_rows(laptop)
        assert all_rows(newsroom) == rows == all_rows(again)
        assert min(len(rows[name]) for name in ("attributions", "decisions", "claim_changes", "claim_figures")) > 10
        own = sum(len(rows[table.name]) for table in (attribution_times, claim_changes, day_changes))
        assert sum(told) == count_rows(laptop) == sum(map(len, rows.values())) - own
        words = " ".join(rows["claims"][0][1].split()[:2])
        found = list_claims(laptop, words)
        assert len(found) > 0
        assert list_claims(again, words) == found
        # PostgreSQL has another order of what fits best.
        assert {row.claim_id for row in list_claims(newsroom, words)} == {row.claim_id for row in found}
        assert list(find_faults(newsroom)) == []


def test_the_copy_in_postgresql_can_be_written_to_and_holds_to_its_references(laptop: Store, postgres_url: str) -> None:
    row = {"kind": "entity", "action": "merge", "left_id": 1, "right_id": 2, "who": "Ada", "why": "a test"}
    with Store.open(postgres_url) as newsroom:
        copy_store(laptop, newsroom)
        highest = max(row[0] for row in all_rows(newsroom)["decisions"])
        with newsroom.writing() as connection:
            made = connection.execute(insert(decisions).values(**row, decided_at=NOW).returning(decisions.c.id))
            assert made.scalar_one() == highest + 1
            put_off = text("SELECT conname FROM pg_constraint WHERE condeferrable")
            assert connection.execute(put_off).scalars().all() == []
        changed = len(all_rows(newsroom)["day_changes"])
        fill_store(newsroom, 20, seed=2)
        assert len(all_rows(newsroom)["day_changes"]) > changed  # the triggers are at work again


def test_a_store_that_holds_something_is_left_as_it_is(laptop: Store, postgres_url: str, tmp_path: Path) -> None:
    with Store.open(postgres_url) as newsroom, Store.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        copy_store(laptop, newsroom)
        fill_store(other, 20, seed=2)
        before = all_rows(other)
        with pytest.raises(StoreInUse, match=r"name an empty database.*other\.db"):
            copy_store(newsroom, other)
        assert all_rows(other) == before
