"""A store of each earlier schema, with rows in it, opens as one of today's and has lost nothing."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from graph import schema
from graph.browsing import list_claims
from graph.checking import find_faults
from graph.days import refresh_days
from graph.decisions import merge_claims
from graph.failures import record_failure
from graph.following import list_feeds
from graph.ids import Kind, show_id, stable_id
from graph.linking import Linker
from graph.migrations import migrate
from graph.polls import save_polls
from graph.store import Store, _make_engine
from ingest.feed import Entry, Feed, FeedState
from ingest.identity import SeenEntry
from ingest.polling import Poll
from nlp.sentences import SentenceEncoder
from tests.graph.rdf_world import fill
from tests.graph.world import NOW

FEED_ID = stable_id("feed", "https://a.example/feed")
# What the world of these tests has none of.
WITHOUT_ROWS = {"claim_figures", "outlet_families", "rejected_attributions", "retractions", "text_overlaps"}
KEPT_BY_TRIGGERS = {"attribution_times", "claim_changes", "day_changes"}
STAMP = "2026-03-05 12:00:00"
FEED = (
    "INSERT INTO feeds (id, url, health, interval_seconds, next_due_at, added_at, error_streak) "
    f"VALUES ({FEED_ID}, 'https://a.example/feed', 'active', 1800, '{STAMP}', '{STAMP}', 0)"
)
ENTRY = (
    "INSERT INTO feed_entries (id, feed_id, entry_id, url, title, first_seen_at, state) "
    f"VALUES (7, {FEED_ID}, 'g', 'https://a.example/1', 'One', '{STAMP}', 'done')"
)


@contextmanager
def store_of_revision(url: str, revision: str) -> Iterator[Connection]:
    """A new store with an old schema, and a transaction in it."""
    with Store(_make_engine(url, create=True, busy_timeout_seconds=5)) as store, store.writing() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        yield connection


def make_store_of_revision_1(url: str) -> None:
    with store_of_revision(url, "0001") as connection:
        connection.execute(text(FEED))
        connection.execute(text(ENTRY))


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> dict[str, list[dict[str, Any]]]:
    """The rows of a store of today's schema in which every table has some, by table."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('today') / 'sayso.db'}") as store:
        fill(store)
        with store.writing() as connection:
            connection.execute(text(FEED))
            connection.execute(text(ENTRY))
        (state,) = list_feeds(store)
        for title in ("One", "One, corrected"):
            show(store, state, (Entry(id="g", has_guid=True, url="https://a.example/1", title=title, summary=title),))
        claims = [show_id(Kind.CLAIM, claim.claim_id) for claim in list_claims(store, limit=2)]
        merge_claims(store, *claims, who="ada", why="read both", now=NOW)
        record_failure(store, stage="fetch", item="https://a.example/2", error=OSError("no"), now=NOW, is_final=True)
        for _ in Linker(store, encoder).link_new():
            pass
        for _ in refresh_days(store):
            pass
        _add_pages(store)
        return rows_of(store)


def _add_pages(store: Store) -> None:
    with store.writing() as connection:
        key = connection.execute(select(schema.article_versions.c.id).limit(1)).scalar_one()
        connection.execute(insert(schema.raw_pages).values(version_id=key, html_gzip=gzip.compress(b"<p>x</p>")))


def rows_of(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


def released() -> list[str]:
    """All revisions but today's, the oldest first."""
    found = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    assert found[0] == schema.HEAD
    return found[:0:-1]


@pytest.mark.parametrize("revision", released())
def test_a_store_of_each_earlier_schema_keeps_every_row(
    database_url: str, revision: str, today: dict[str, list[dict[str, Any]]], encoder: SentenceEncoder
) -> None:
    """Rows of today go into the columns that there were then; after the migration every one of them is as it was."""
    with store_of_revision(database_url, revision) as connection:
        inspector = inspect(connection)
        columns = {
            table.name: {column["name"] for column in inspector.get_columns(table.name)}
            for table in schema.metadata.sorted_tables
            if inspector.has_table(table.name) and table.name not in KEPT_BY_TRIGGERS
        }
        for name, held in columns.items():
            rows = [{key: value for key, value in row.items() if key in held} for row in today[name]]
            for start in range(0, len(rows), 500):
                connection.execute(insert(schema.metadata.tables[name]).values(rows[start : start + 500]))
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('decisions', 'id'), 100)"))
    assert {name for name in columns if not today[name]} <= WITHOUT_ROWS, "a table without rows proves nothing"
    with Store.open(database_url) as store:
        assert list(find_faults(store)) == []
        after = rows_of(store)
        for name, held in columns.items():
            kept = [{key: value for key, value in row.items() if key in held} for row in after[name]]
            assert sorted(kept, key=repr) == sorted(
                ({key: value for key, value in row.items() if key in held} for row in today[name]), key=repr
            )
        assert after["attribution_times"] == today["attribution_times"]
        assert list_claims(store, "solvent")
        for _ in Linker(store, encoder).link_new():  # what was not there then is made now
            pass
        assert list(find_faults(store)) == []


def show(store: Store, state: FeedState, entries: tuple[Entry, ...]) -> tuple[SeenEntry, ...]:
    feed = Feed(title=None, site_url=None, language=None, entries=entries)
    (saved,) = save_polls(store, [(state, Poll(status=200, headers={}, feed=feed))], now=NOW)
    return saved.seen
