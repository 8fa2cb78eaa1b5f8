"""Followed feeds in the store: their states, the entries they have shown, and which pages are still to be fetched.

A poll's new state and its new entries are one transaction, so that a validator is never kept without the entries
that came with it. An entry stays `pending` until its article is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, select

from graph.articles import SavedArticle, insert_article
from graph.failures import clear_failure
from graph.ids import stable_id
from graph.rows import insert_new, storable
from graph.schema import entry_versions, failures, feed_entries, feeds, polls
from graph.store import Store
from ingest.article import Article
from ingest.feed import Entry, FeedHealth, FeedState
from ingest.identity import KnownEntry, SeenEntry, match_entries, url_key
from ingest.polling import Overlap

# A feed whose items change with each poll (counters, adverts) must not fill the store.
MOST_VERSIONS = 24
POLLS_KEPT = 50
_STATE_FIELDS = tuple(field.name for field in fields(FeedState))


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One poll in the history of a feed. `outcome` is in words; `at` is set by the store."""

    at: datetime | None = None
    status: int | None
    outcome: str
    entries: int = 0
    new: int = 0
    is_gap: bool = False


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


def compare_entries(store: Store, state: FeedState, entries: Sequence[Entry]) -> tuple[list[SeenEntry], Overlap]:
    """Match a document's entries with the items that the feed has shown before."""
    feed_id = stable_id("feed", state.url)
    ids = {entry.id for entry in entries}
    urls = {url for entry in entries if (url := url_key(entry)) is not None}
    query = select(feed_entries).where(
        feed_entries.c.feed_id == feed_id,
        feed_entries.c.entry_id.in_(ids | urls) | feed_entries.c.url_key.in_(urls),
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    last = {row.id for row in rows if row.listed_at is not None and row.listed_at == state.listed_at}
    known = [
        KnownEntry(key=row.id, entry_id=row.entry_id, url_key=row.url_key, digest=row.digest or "") for row in rows
    ]
    seen = match_entries([_storable_entry(entry) for entry in entries], known)
    overlap = Overlap(
        entries=len(seen),
        new=sum(item.is_new for item in seen),
        listed_before=sum(item.known is not None and item.known.key in last for item in seen),
    )
    return seen, overlap


def save_poll(store: Store, state: FeedState, seen: Sequence[SeenEntry], poll: PollRecord, *, now: datetime) -> None:
    """Store a feed's state after a poll with all that it showed: new items, changed ones, and the poll itself."""
    feed_id = stable_id("feed", state.url)
    with store.writing() as connection:
        connection.execute(feeds.update().where(feeds.c.id == feed_id).values(**_state_values(state)))
        insert_new(connection, feed_entries, [_entry_row(state.url, item, now) for item in seen if item.is_new])
        insert_new(connection, entry_versions, [_version_row(state.url, item, now) for item in seen if item.is_new])
        for item in seen:
            if item.is_changed:
                _change_entry(connection, state.url, item, now)
            elif item.known is not None and not item.known.digest:
                learnt = {"digest": item.digest, "url_key": item.url_key}
                connection.execute(feed_entries.update().where(feed_entries.c.id == item.known.key).values(**learnt))
        still = [item.known.key for item in seen if item.known is not None]
        connection.execute(feed_entries.update().where(feed_entries.c.id.in_(still)).values(listed_at=now))
        _record_poll(connection, feed_id, poll, now)
        if state.error_streak == 0:
            clear_failure(connection, stage="poll", item=state.url)


def list_polls(store: Store, feed_url: str) -> Sequence[PollRecord]:
    """The history of a feed, the latest poll first."""
    query = select(polls).where(polls.c.feed_id == stable_id("feed", feed_url)).order_by(polls.c.at.desc())
    names = tuple(field.name for field in fields(PollRecord))
    with store.reading() as connection:
        return [PollRecord(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)]


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


def _change_entry(connection: Connection, feed_url: str, item: SeenEntry, now: datetime) -> None:
    """A changed item gets a version of its own and its page is fetched again; after `MOST_VERSIONS` it does not."""
    assert item.known is not None  # noqa: S101  a new item cannot be changed
    row = connection.execute(select(feed_entries).where(feed_entries.c.id == item.known.key)).one()
    if row.versions >= MOST_VERSIONS:
        return
    values = _texts(item.entry) | {"digest": item.digest, "versions": row.versions + 1, "state": "pending"}
    connection.execute(feed_entries.update().where(feed_entries.c.id == row.id).values(**values))
    insert_new(connection, entry_versions, [_version_row(feed_url, item, now)])


def _version_row(feed_url: str, item: SeenEntry, now: datetime) -> dict[str, object]:
    key = item.known.key if item.known is not None else _entry_key(feed_url, item.identity)
    texts = _texts(item.entry)
    return {
        "id": stable_id("entry version", key, item.digest),
        "entry_key": key,
        "title": texts["title"],
        "summary": texts["summary"],
        "content": texts["content"],
        "seen_at": now,
    }


def _record_poll(connection: Connection, feed_id: int, poll: PollRecord, now: datetime) -> None:
    values = {name: getattr(poll, name) for name in ("status", "outcome", "entries", "new", "is_gap")}
    insert_new(connection, polls, [{"feed_id": feed_id, "at": now, **values}])
    latest = select(polls.c.at).where(polls.c.feed_id == feed_id).order_by(polls.c.at.desc())
    oldest = latest.offset(POLLS_KEPT).limit(1)
    connection.execute(delete(polls).where(polls.c.feed_id == feed_id, polls.c.at <= oldest.scalar_subquery()))


def _entry_key(feed_url: str, identity: str) -> int:
    return stable_id("entry", feed_url, identity)


def _state_values(state: FeedState) -> dict[str, object]:
    values = {name: getattr(state, name) for name in _STATE_FIELDS}
    return {name: storable(value) if type(value) is str else value for name, value in values.items()}


def _state_row(state: FeedState) -> dict[str, object]:
    return {"id": stable_id("feed", state.url), **_state_values(state)}


def _state_of(row: Row[tuple[object, ...]]) -> FeedState:
    values = {name: row._mapping[name] for name in _STATE_FIELDS}
    return FeedState(**values | {"health": FeedHealth(values["health"])})


def _storable_entry(entry: Entry) -> Entry:
    names = ("id", "url", "title", "summary", "content", "author")
    changes = {name: storable(value) for name in names if isinstance(value := getattr(entry, name), str)}
    return replace(entry, **changes)  # type: ignore[arg-type]


def _texts(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in ("url", "title", "summary", "content", "author")}


def _entry_row(feed_url: str, item: SeenEntry, now: datetime) -> dict[str, object]:
    return {
        "id": _entry_key(feed_url, item.identity),
        "feed_id": stable_id("feed", feed_url),
        "entry_id": item.identity,
        "published_at": item.entry.published_at,
        "first_seen_at": now,
        "state": "pending",
        "article_id": None,
        "url_key": item.url_key,
        "digest": item.digest,
        "listed_at": now,
        "versions": 1,
        **_texts(item.entry),
    }


def _pending_of(row: Row[tuple[object, ...]]) -> PendingEntry:
    values = row._mapping
    entry = Entry(
        id=values["entry_id"],
        **{name: values[name] for name in ("url", "title", "summary", "content", "author", "published_at")},
    )
    return PendingEntry(entry_key=values["id"], feed_url=values["feed_url"], outlet=values["outlet"], entry=entry)
