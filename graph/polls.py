"""What polls brought, into the store: the next state of each feed, its new and changed entries, and its history.

A poll's new state and its new entries are one transaction, so that a validator is never kept without the entries
that came with it. Many polls are saved at once, since most of the cost is in the number of statements.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from graph.failures import clear_failures, insert_failure
from graph.following import pause_host, state_values
from graph.ids import stable_id
from graph.rows import insert_new, link_rows, storable
from graph.schema import entry_versions, feed_entries, feeds, polls
from graph.store import Store
from ingest.errors import HostPaused, IngestError
from ingest.feed import Entry, FeedState
from ingest.http import host_pause_seconds
from ingest.identity import KnownEntry, SeenEntry, match_entries, url_key
from ingest.polling import Overlap, Poll, after_failure, after_pause, after_success, has_gap

# A feed whose items change with each poll (counters, adverts) must not fill the store.
MOST_VERSIONS = 24
POLLS_KEPT = 50
_POLLS_OVER = 10  # so many more are kept before the oldest go
_IDS_AT_ONCE = 1000  # in one statement; the databases allow 32,766 variables


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
class SavedPoll:
    """What a poll came to: the feed's next state, the poll's place in its history, and what the document showed."""

    state: FeedState
    record: PollRecord
    seen: tuple[SeenEntry, ...] = ()


def save_polls(
    store: Store,
    finished: Sequence[tuple[FeedState, Poll]],
    *,
    now: datetime,
    chance: Callable[[], float] = random.random,
) -> list[SavedPoll]:
    """Store what polls of different feeds brought, failed ones too, in one transaction.

    Each is a feed's state before the poll and its outcome. `chance` places the next poll within the jitter.
    """
    with store.writing() as connection:
        saved = [_decide(connection, state, outcome, now, chance()) for state, outcome in finished]
        _update_feeds(connection, saved)
        _insert_entries(connection, saved, now)
        _record(connection, saved, now)
        for (_, outcome), poll in zip(finished, saved, strict=True):
            if outcome.error is not None:
                insert_failure(
                    connection,
                    stage="poll",
                    item=poll.state.url,
                    error=outcome.error,
                    now=now,
                    is_final=False,
                    next_try_at=poll.state.next_due_at,
                )
                if (pause := host_pause_seconds(outcome.error)) is not None:
                    pause_host(connection, poll.state.poll_url, until=now + timedelta(seconds=pause))
        clear_failures(
            connection, stage="poll", items=[poll.state.url for poll in saved if poll.state.error_streak == 0]
        )
    return saved


def list_polls(store: Store, feed_url: str) -> Sequence[PollRecord]:
    """The history of a feed, the latest poll first."""
    query = select(polls).where(polls.c.feed_id == stable_id("feed", feed_url)).order_by(polls.c.at.desc())
    names = tuple(field.name for field in fields(PollRecord))
    with store.reading() as connection:
        return [PollRecord(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)]


def _decide(connection: Connection, state: FeedState, outcome: Poll, now: datetime, chance: float) -> SavedPoll:
    if outcome.error is not None:
        after, words = _after_error(state, outcome.error, now, chance)
        record = PollRecord(status=getattr(outcome.error, "status", None), outcome=words)
        return SavedPoll(state=after, record=record)
    seen, overlap = _compare(connection, state, outcome.feed.entries if outcome.feed is not None else ())
    record = PollRecord(
        status=outcome.status,
        outcome="unchanged" if outcome.status == 304 else f"{overlap.new} new of {overlap.entries}",
        entries=overlap.entries,
        new=overlap.new,
        is_gap=has_gap(state, overlap),
    )
    after = after_success(state, outcome, overlap, now=now, chance=chance)
    return SavedPoll(state=after, record=record, seen=tuple(seen))


def _after_error(state: FeedState, error: IngestError, now: datetime, chance: float) -> tuple[FeedState, str]:
    if isinstance(error, HostPaused):
        return after_pause(state, error, now=now, chance=chance), "not asked: its host wants a pause"
    after = after_failure(state, error, now=now, chance=chance)
    return after, f"failed: {after.last_error}"


def _compare(connection: Connection, state: FeedState, entries: Sequence[Entry]) -> tuple[list[SeenEntry], Overlap]:
    """Match a document's entries with the items that the feed has shown before."""
    if not entries:
        return [], Overlap(entries=0, new=0, listed_before=0)
    ids = {entry.id for entry in entries}
    urls = {url for entry in entries if (url := url_key(entry)) is not None}
    query = select(feed_entries).where(
        feed_entries.c.feed_id == stable_id("feed", state.url),
        feed_entries.c.entry_id.in_(ids | urls) | feed_entries.c.url_key.in_(urls),
    )
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


def _update_feeds(connection: Connection, saved: Sequence[SavedPoll]) -> None:
    """In the order of their keys, so that two writers lock them in one order."""
    new = {stable_id("feed", poll.state.url): state_values(poll.state) for poll in saved}
    rows = [{"key": key, **{f"new_{name}": value for name, value in new[key].items()}} for key in sorted(new)]
    changes: dict[str, Any] = {field.name: bindparam(f"new_{field.name}") for field in fields(FeedState)}
    connection.execute(feeds.update().where(feeds.c.id == bindparam("key")).values(changes), rows)


def _insert_entries(connection: Connection, saved: Sequence[SavedPoll], now: datetime) -> None:
    new = [(poll.state.url, item) for poll in saved for item in poll.seen if item.is_new]
    insert_new(connection, feed_entries, [_entry_row(url, item, now) for url, item in new])
    insert_new(connection, entry_versions, [_version_row(url, item, now) for url, item in new])
    known = [(poll.state.url, item, item.known) for poll in saved for item in poll.seen if item.known is not None]
    for url, item, before in known:
        if item.is_changed:
            _change_entry(connection, url, item, before, now)
        elif not before.digest:
            learnt = {"digest": item.digest, "url_key": item.url_key}
            connection.execute(feed_entries.update().where(feed_entries.c.id == before.key).values(**learnt))
    keys = sorted(before.key for _, _, before in known)
    for start in range(0, len(keys), _IDS_AT_ONCE):
        listed = feed_entries.c.id.in_(keys[start : start + _IDS_AT_ONCE])
        connection.execute(feed_entries.update().where(listed).values(listed_at=now))


def _change_entry(connection: Connection, url: str, item: SeenEntry, before: KnownEntry, now: datetime) -> None:
    """A changed item gets a version of its own and its page is fetched again; after `MOST_VERSIONS` it does not."""
    row = connection.execute(select(feed_entries).where(feed_entries.c.id == before.key)).one()
    if row.versions >= MOST_VERSIONS:
        return
    values = _texts(item.entry) | {"digest": item.digest, "versions": row.versions + 1, "state": "pending"}
    values["links"] = link_rows(item.entry.links)
    connection.execute(feed_entries.update().where(feed_entries.c.id == row.id).values(**values))
    insert_new(connection, entry_versions, [_version_row(url, item, now)])


def _record(connection: Connection, saved: Sequence[SavedPoll], now: datetime) -> None:
    names = ("status", "outcome", "entries", "new", "is_gap")
    rows = [
        {
            "feed_id": stable_id("feed", poll.state.url),
            "at": now,
            **{name: getattr(poll.record, name) for name in names},
        }
        for poll in saved
    ]
    insert_new(connection, polls, rows)
    long = (
        select(polls.c.feed_id)
        .where(polls.c.feed_id.in_([row["feed_id"] for row in rows]))
        .group_by(polls.c.feed_id)
        .having(func.count() > POLLS_KEPT + _POLLS_OVER)
    )
    for feed_id in connection.execute(long).scalars().all():
        latest = select(polls.c.at).where(polls.c.feed_id == feed_id).order_by(polls.c.at.desc())
        oldest = latest.offset(POLLS_KEPT).limit(1)
        connection.execute(delete(polls).where(polls.c.feed_id == feed_id, polls.c.at <= oldest.scalar_subquery()))


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
        "links": link_rows(item.entry.links),
        **_texts(item.entry),
    }


def _entry_key(feed_url: str, identity: str) -> int:
    return stable_id("entry", feed_url, identity)


def _storable_entry(entry: Entry) -> Entry:
    names = ("id", "url", "title", "summary", "content", "author")
    changes = {name: storable(value) for name in names if isinstance(value := getattr(entry, name), str)}
    return replace(entry, **changes)  # type: ignore[arg-type]


def _texts(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in ("url", "title", "summary", "content", "author")}
