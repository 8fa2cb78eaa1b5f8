"""Followed feeds in the store: their states, the entries they have shown, and which pages are still to be fetched.

A poll's new state and its new entries are one transaction, so that a validator is never kept without the entries
that came with it. An entry stays `pending` until its article is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Row, delete, func, select

from graph.articles import SavedArticle, insert_article
from graph.failures import clear_failure
from graph.ids import stable_id
from graph.rows import insert_new, storable
from graph.schema import failures, feed_entries, feeds
from graph.store import Store
from ingest.article import Article
from ingest.feed import Entry, FeedHealth, FeedState

_STATE_FIELDS = tuple(field.name for field in fields(FeedState))


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry whose article is not stored yet."""

    entry_key: int
    feed_url: str
    outlet: str | None
    entry: Entry

    @property
    def item(self) -> str:
        """What its failures are recorded under."""
        return self.entry.url or f"{self.feed_url}#{self.entry.id}"


def add_feeds(store: Store, states: Iterable[FeedState]) -> int:
    """Follow these feeds; one that is followed already keeps its state. Return how many are new."""
    with store.writing() as connection:
        before = connection.execute(select(func.count()).select_from(feeds)).scalar_one()
        insert_new(connection, feeds, [_state_row(state) for state in states])
        return connection.execute(select(func.count()).select_from(feeds)).scalar_one() - before


def remove_feed(store: Store, url: str) -> bool:
    """Stop following a feed and forget its entries; the articles that came through it stay."""
    with store.writing() as connection:
        clear_failure(connection, stage="poll", item=url)
        return connection.execute(delete(feeds).where(feeds.c.url == url)).rowcount > 0


def list_feeds(store: Store) -> Sequence[FeedState]:
    """All followed feeds, by outlet and URL."""
    with store.reading() as connection:
        rows = connection.execute(select(feeds).order_by(feeds.c.outlet, feeds.c.url)).all()
    return [_state_of(row) for row in rows]


def due_feeds(store: Store, *, now: datetime) -> Sequence[FeedState]:
    """The feeds to poll now, the longest overdue first."""
    query = select(feeds).where(feeds.c.health == FeedHealth.ACTIVE, feeds.c.next_due_at <= now)
    with store.reading() as connection:
        return [_state_of(row) for row in connection.execute(query.order_by(feeds.c.next_due_at, feeds.c.id))]


def count_new_entries(store: Store, feed_url: str, entries: Sequence[Entry]) -> int:
    """How many of `entries` this feed has not shown before."""
    keys = {_entry_key(feed_url, entry) for entry in entries}
    with store.reading() as connection:
        known = connection.execute(select(feed_entries.c.id).where(feed_entries.c.id.in_(keys))).all()
    return len(keys) - len(known)


def save_poll(store: Store, state: FeedState, entries: Sequence[Entry], *, now: datetime) -> None:
    """Store a feed's state after a poll and the entries that it showed; known entries stay as they are."""
    with store.writing() as connection:
        feed_id = stable_id("feed", state.url)
        connection.execute(feeds.update().where(feeds.c.id == feed_id).values(**_state_values(state)))
        rows = {row["id"]: row for row in (_entry_row(state.url, entry, now) for entry in entries)}
        insert_new(connection, feed_entries, list(rows.values()))
        if state.error_streak == 0:
            clear_failure(connection, stage="poll", item=state.url)


def make_all_due(store: Store, *, now: datetime) -> None:
    """Let the next run poll every feed that is not paused or gone."""
    with store.writing() as connection:
        connection.execute(feeds.update().values(next_due_at=now))


def pending_entries(store: Store, *, now: datetime) -> Sequence[PendingEntry]:
    """The entries whose page is to be fetched now: not stored, and no failure that has to wait; oldest first."""
    item = func.coalesce(feed_entries.c.url, feeds.c.url + "#" + feed_entries.c.entry_id)
    waiting = (
        select(failures.c.id)
        .where(failures.c.stage == "fetch", failures.c.item == item)
        .where(failures.c.next_try_at.is_(None) | (failures.c.next_try_at > now))
    )
    query = (
        select(feed_entries, feeds.c.url.label("feed_url"), feeds.c.outlet)
        .join(feeds, feeds.c.id == feed_entries.c.feed_id)
        .where(feed_entries.c.state == "pending", ~waiting.exists())
        .order_by(feed_entries.c.first_seen_at, feed_entries.c.id)
    )
    with store.reading() as connection:
        return [_pending_of(row) for row in connection.execute(query)]


def save_entry_article(store: Store, pending: PendingEntry, article: Article, *, now: datetime) -> SavedArticle:
    """Store the article of an entry and mark the entry as done, together."""
    with store.writing() as connection:
        saved = insert_article(connection, article, now=now)
        connection.execute(
            feed_entries.update()
            .where(feed_entries.c.id == pending.entry_key)
            .values(state="done", article_id=saved.article_id)
        )
        clear_failure(connection, stage="fetch", item=pending.item)
        return saved


def _entry_key(feed_url: str, entry: Entry) -> int:
    return stable_id("entry", feed_url, entry.id)


def _state_values(state: FeedState) -> dict[str, object]:
    values = {name: getattr(state, name) for name in _STATE_FIELDS}
    return {name: storable(value) if type(value) is str else value for name, value in values.items()}


def _state_row(state: FeedState) -> dict[str, object]:
    return {"id": stable_id("feed", state.url), **_state_values(state)}


def _state_of(row: Row[tuple[object, ...]]) -> FeedState:
    values = {name: row._mapping[name] for name in _STATE_FIELDS}
    return FeedState(**values | {"health": FeedHealth(values["health"])})


def _entry_row(feed_url: str, entry: Entry, now: datetime) -> dict[str, object]:
    texts = {"url": entry.url, "title": entry.title, "summary": entry.summary}
    texts |= {"content": entry.content, "author": entry.author, "entry_id": entry.id}
    return {
        "id": _entry_key(feed_url, entry),
        "feed_id": stable_id("feed", feed_url),
        "published_at": entry.published_at,
        "first_seen_at": now,
        "state": "pending",
        "article_id": None,
        **{name: value if value is None else storable(value) for name, value in texts.items()},
    }


def _pending_of(row: Row[tuple[object, ...]]) -> PendingEntry:
    values = row._mapping
    entry = Entry(
        id=values["entry_id"],
        **{name: values[name] for name in ("url", "title", "summary", "content", "author", "published_at")},
    )
    return PendingEntry(entry_key=values["id"], feed_url=values["feed_url"], outlet=values["outlet"], entry=entry)
