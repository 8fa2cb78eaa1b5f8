"""A store of each earlier schema, with rows in it, opens as one of today's and has lost nothing."""

from __future__ import annotations

from dataclasses import replace

from alembic import command
from sqlalchemy import text

from graph.following import list_feeds
from graph.ids import stable_id
from graph.migrations import migrate
from graph.polls import save_polls
from graph.store import Store, _make_engine
from ingest.feed import Entry, Feed, FeedState
from ingest.identity import SeenEntry
from ingest.polling import Poll
from tests.graph.world import NOW

FEED_ID = stable_id("feed", "https://a.example/feed")
STAMP = "2026-03-05 12:00:00"
FEED = (
    "INSERT INTO feeds (id, url, health, interval_seconds, next_due_at, added_at, error_streak) "
    f"VALUES ({FEED_ID}, 'https://a.example/feed', 'active', 1800, '{STAMP}', '{STAMP}', 0)"
)
ENTRY = (
    "INSERT INTO feed_entries (id, feed_id, entry_id, url, title, first_seen_at, state) "
    f"VALUES (7, {FEED_ID}, 'g', 'https://a.example/1', 'One', '{STAMP}', 'done')"
)


def make_store_of_revision_1(url: str) -> None:
    with Store(_make_engine(url, create=True, busy_timeout_seconds=5)) as store, store.writing() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        connection.execute(text(FEED))
        connection.execute(text(ENTRY))


def test_a_store_of_revision_1_keeps_its_feeds_and_takes_their_items_for_known(database_url: str) -> None:
    make_store_of_revision_1(database_url)
    with Store.open(database_url) as store:
        (state,) = list_feeds(store)
        assert (state.gaps, state.has_lying_validator, state.due_reason) == (0, False, "new")
        known = Entry(id="g", has_guid=True, url="https://a.example/1", title="One")
        other = Entry(id="h", has_guid=True, url="https://a.example/2", title="Two")
        seen = show(store, state, (known, other))
        assert [(item.is_new, item.is_changed) for item in seen] == [(False, False), (True, False)]
        seen = show(store, state, (replace(known, title="One, corrected"), other))
        assert [(item.is_new, item.is_changed) for item in seen] == [(False, True), (False, False)]


def show(store: Store, state: FeedState, entries: tuple[Entry, ...]) -> tuple[SeenEntry, ...]:
    feed = Feed(title=None, site_url=None, language=None, entries=entries)
    (saved,) = save_polls(store, [(state, Poll(status=200, headers={}, feed=feed))], now=NOW)
    return saved.seen
