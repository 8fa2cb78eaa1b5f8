"""Many worlds of one: each row of them stands as firmly as those of the first."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, func, select

from bench.generator import fill_store
from bench.worlds import add_worlds
from graph import schema
from graph.checking import find_faults
from graph.figures import refresh_figures
from graph.store import Store


def test_further_worlds_are_whole_and_share_their_people_and_outlets(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}") as store:
        fill_store(store, 150, seed=3)
        for _ in refresh_figures(store):
            pass
        with store.reading() as connection:
            before = _counts(connection)
            different = connection.execute(
                select(func.count(func.distinct(schema.article_versions.c.text)))
            ).scalar_one()
        for _ in add_worlds(store, 2):
            pass
        with store.reading() as connection:
            after = _counts(connection)
            figures = list(connection.execute(select(schema.claim_figures).order_by(schema.claim_figures.c.claim_id)))
        for name in ("articles", "attributions", "claims", "claim_members", "attribution_times", "claim_figures"):
            assert after[name] == 3 * before[name] > 0
        assert (after["outlets"], after["groups"]) == (before["outlets"], before["groups"])
        # But for the ids of texts, which are no hashes of what they say, `sayso check` finds no fault.
        assert Counter(fault.what for fault in find_faults(store)) == {
            "its text or title is not what was stored": 2 * before["article_versions"]
        }
        with store.reading() as connection:
            texts = connection.execute(select(schema.article_versions.c.sha256, schema.article_versions.c.text)).all()
        assert all(row.sha256 == sha256(row.text.encode()).hexdigest() for row in texts)
        assert len({row.text for row in texts}) == 3 * different
        _count_anew(store)
        with store.reading() as connection:
            again = list(connection.execute(select(schema.claim_figures).order_by(schema.claim_figures.c.claim_id)))
        assert again == figures


def _counts(connection: Connection) -> dict[str, int]:
    counts = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in schema.metadata.sorted_tables
    }
    groups = select(func.count(func.distinct(schema.entities.c.canonical_id)))
    return counts | {"groups": connection.execute(groups).scalar_one()}


def _count_anew(store: Store) -> None:
    with store.writing() as connection:
        changed = select(schema.claims.c.id)
        connection.execute(schema.claim_changes.insert().from_select(["claim_id"], changed))
    for _ in refresh_figures(store):
        pass
