"""The records of following a feed: what it offers, and how it has been doing.

The store keeps a `FeedState` a feed; the deciders in `ingest.polling` take one and the present time and return the
next one, so that no decision is hidden in I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.article import Link


class FeedHealth(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # by a person
    GONE = "gone"  # answered 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed. `id` is what it calls itself: its guid, else its URL, else a hash of what it says.

    All text is plain. `content` is the longest text that the feed carries, in paragraphs, and `links` are
    those in it, with their targets as they are written.
    """

    id: str
    has_guid: bool = False
    url: str | None
    title: str
    summary: str | None = None
    content: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A parsed feed document. `entries` are in the feed's order; `skipped` counts those that could not be used.

    `least_interval_seconds` is how long the feed itself asks to be left alone (ttl, sy:updatePeriod).
    """

    title: str | None
    site_url: str | None
    language: str | None
    entries: tuple[Entry, ...]
    skipped: int = 0
    least_interval_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A followed feed and how polling it has gone. Times are aware UTC; validators are opaque and kept verbatim.

    `url` is what the user follows and never changes; `moved_to` is where it is polled after a permanent redirect
    has proved itself. `due_reason` says in plain words why it is polled next when it is.
    """

    url: str
    outlet: str | None
    title: str | None = None
    health: FeedHealth = FeedHealth.ACTIVE
    etag: str | None = None
    last_modified: str | None = None
    interval_seconds: float
    next_due_at: datetime
    added_at: datetime
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    error_streak: int = 0
    last_error: str | None = None
    due_reason: str = "new"
    full_fetch_at: datetime | None = None  # the last time that it was fetched whatever its validators said
    has_lying_validator: bool = False
    listed_at: datetime | None = None  # the last time that it showed entries
    gaps: int = 0
    last_gap_at: datetime | None = None
    moved_to: str | None = None
    redirect_url: str | None = None  # where the last polls were sent for good
    redirect_count: int = 0
    redirect_since: datetime | None = None
    gone_count: int = 0
    gone_since: datetime | None = None

    @property
    def poll_url(self) -> str:
        return self.moved_to or self.url
