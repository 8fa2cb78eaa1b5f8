"""Followed feeds in the store: their states, the entries they have shown, and which pages are still to be fetched.

What a poll brought is saved in `graph/polls.py`. An entry stays `pending` until its article is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, tuple_

from graph.articles import SavedArticle, insert_articles
from graph.failures import clear_failures, must_wait
from graph.ids import stable_id
from graph.rows import insert_new, storable
from graph.schema import failures, feed_entries, feeds
from graph.store import Store
from graph.times import CLOCK_ERROR
from ingest.article import Article, Link
from ingest.feed import Entry, FeedHealth, FeedState

_STATE_FIELDS = tuple(field.name for field in fields(FeedState))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """What a feed has shown: items, changes of items, and items beyond the first at one canonical URL."""

    items: int
    changes: int
    duplicates: int


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
        clear_failures(connection, stage="poll", items=[url])
        return connection.execute(delete(feeds).where(feeds.c.url == url)).rowcount > 0


def pause_feed(store: Store, url: str, *, is_paused: bool, now: datetime) -> bool:
    """Poll a feed no more until it is taken up again, which makes it due; return whether it is followed."""
    health = FeedHealth.PAUSED if is_paused else FeedHealth.ACTIVE
    with store.writing() as connection:
        change = feeds.update().where(feeds.c.url == url).values(health=health)
        if not is_paused:
            change = change.values(next_due_at=now, due_reason="taken up again")
        return connection.execute(change).rowcount > 0


def list_feeds(store: Store) -> Sequence[FeedState]:
    """All followed feeds, by outlet and URL."""
    with store.reading() as connection:
        rows = connection.execute(select(feeds).order_by(feeds.c.outlet, feeds.c.url)).all()
    return [_state_of(row) for row in rows]


def due_feeds(store: Store, *, now: datetime, batch: int = 500) -> Iterator[FeedState]:
    """Yield the feeds to poll now, the longest overdue first; read in batches, so that polls may be saved meanwhile."""
    key = (feeds.c.next_due_at, feeds.c.id)
    last: tuple[object, ...] | None = None
    while True:
        query = _due(now) if last is None else _due(now).where(tuple_(*key) > last)
        with store.reading() as connection:
            rows = connection.execute(query.order_by(*key).limit(batch)).all()
        for row in rows:
            yield _state_of(row)
        if len(rows) < batch:
            return
        last = (rows[-1].next_due_at, rows[-1].id)


def count_due(store: Store, *, now: datetime, late_by: timedelta = timedelta(0)) -> int:
    """How many feeds are to be polled now, or should have been for as long as `late_by`."""
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(_due(now, late_by).subquery())).scalar_one()


def _due(now: datetime, late_by: timedelta = timedelta(0)) -> Select[*tuple[Any, ...]]:
    # Polled in the future: the clock was ahead then, and when the feed is due was reckoned by it.
    is_due = (feeds.c.next_due_at <= now - late_by) | (feeds.c.last_polled_at > now + CLOCK_ERROR)
    return select(feeds).where(feeds.c.health == FeedHealth.ACTIVE, is_due)


def count_items(store: Store, feed_url: str) -> ItemCounts:
    """Count what a feed has shown so far."""
    query = select(
        func.count(),
        func.coalesce(func.sum(feed_entries.c.versions - 1), 0),
        func.count(feed_entries.c.url_key) - func.count(func.distinct(feed_entries.c.url_key)),
    ).where(feed_entries.c.feed_id == stable_id("feed", feed_url))
    with store.reading() as connection:
        items, changes, duplicates = connection.execute(query).one()
    return ItemCounts(items=items, changes=int(changes), duplicates=duplicates)


def pause_host(connection: Connection, url: str, *, until: datetime) -> None:
    """Let no feed of the host of `url` be due before `until`: a pause that it asked for outlives the run."""
    parts = urlsplit(url)
    address = func.coalesce(feeds.c.moved_to, feeds.c.url)
    is_there = address.startswith(f"{parts.scheme}://{parts.netloc}/", autoescape=True)
    connection.execute(
        feeds.update()
        .where(is_there, feeds.c.next_due_at < until)
        .values(next_due_at=until, due_reason="its host asked for a pause")
    )


def make_all_due(store: Store, *, now: datetime) -> None:
    """Let the next run poll every feed that is not paused or gone."""
    with store.writing() as connection:
        connection.execute(feeds.update().values(next_due_at=now))


def pending_entries(store: Store, *, now: datetime, batch: int = 500) -> Iterator[PendingEntry]:
    """Yield the entries whose page is to be fetched now: not stored, and no failure that has to wait.

    In the order of their ids, which mixes the feeds. Read in batches, with no transaction open between them. Each
    entry comes once: one that fails meanwhile is not offered again.
    """
    last = -1
    while True:
        query = _pending(now).where(feed_entries.c.id > last).order_by(feed_entries.c.id).limit(batch)
        with store.reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            yield _pending_of(row)
        if len(rows) < batch:
            return
        last = rows[-1].id


def count_pending(store: Store, *, now: datetime) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(_pending(now).subquery())).scalar_one()


def save_entry_articles(
    store: Store, found: Sequence[tuple[PendingEntry, Article]], *, now: datetime
) -> list[SavedArticle]:
    """Store the articles of entries and mark the entries as done, all together."""
    with store.writing() as connection:
        saved = insert_articles(connection, [article for _, article in found], now=now)
        done = [
            {"key": pending.entry_key, "article": article.article_id}
            for (pending, _), article in zip(found, saved, strict=True)
        ]
        connection.execute(
            feed_entries.update()
            .where(feed_entries.c.id == bindparam("key"))
            .values(state="done", article_id=bindparam("article")),
            sorted(done, key=itemgetter("key")),
        )
        clear_failures(connection, stage="fetch", items=[pending.item for pending, _ in found])
        return saved


def _pending(now: datetime) -> Select[*tuple[Any, ...]]:
    item = func.coalesce(feed_entries.c.url, feeds.c.url + "#" + feed_entries.c.entry_id)
    waiting = select(failures.c.id).where(failures.c.stage == "fetch", failures.c.item == item).where(must_wait(now))
    return (
        select(feed_entries, feeds.c.url.label("feed_url"), feeds.c.outlet)
        .join(feeds, feeds.c.id == feed_entries.c.feed_id)
        .where(feed_entries.c.state == "pending", ~waiting.exists())
    )


def state_values(state: FeedState) -> dict[str, object]:
    values = {name: getattr(state, name) for name in _STATE_FIELDS}
    return {name: storable(value) if type(value) is str else value for name, value in values.items()}


def _state_row(state: FeedState) -> dict[str, object]:
    return {"id": stable_id("feed", state.url), **state_values(state)}


def _state_of(row: Row[tuple[object, ...]]) -> FeedState:
    values = {name: row._mapping[name] for name in _STATE_FIELDS}
    return FeedState(**values | {"health": FeedHealth(values["health"])})


def _pending_of(row: Row[tuple[object, ...]]) -> PendingEntry:
    values = row._mapping
    entry = Entry(
        id=values["entry_id"],
        links=tuple(Link(url=link["url"], text=link["text"]) for link in values["links"] or ()),
        **{name: values[name] for name in ("url", "title", "summary", "content", "author", "published_at")},
    )
    return PendingEntry(entry_key=values["id"], feed_url=values["feed_url"], outlet=values["outlet"], entry=entry)
