"""The records of following a feed: what it offers, and how it has been doing.

The store keeps a `FeedState` a feed; the deciders in `ingest.polling` take one and the present time and return the
next one, so that no decision is hidden in I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeedHealth(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # by a person
    GONE = "gone"  # answered 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed. `id` is its identity within the feed: guid, else URL, else a hash of what it says.

    All text is plain. `content` is the full text where the feed carries it, in paragraphs.
    """

    id: str
    url: str | None
    title: str
    summary: str | None = None
    content: str | None = None
    author: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A parsed feed document. `entries` are in the feed's order; `skipped` counts those that could not be used."""

    title: str | None
    site_url: str | None
    language: str | None
    entries: tuple[Entry, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A followed feed and how polling it has gone. Times are aware UTC; validators are opaque and kept verbatim."""

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
