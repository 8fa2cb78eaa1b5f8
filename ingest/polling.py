"""Polling a feed: pure decisions on when and how, and the thin I/O that does it.

The deciders take a `FeedState` and the present time and return the next one. Validators are opaque and are kept as they
are when a poll fails; no feed ever dies silently: after errors it is polled more and more seldom, at least once a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.errors import IngestError, RefusedByServer, RetryLater
from ingest.feed import Feed, FeedHealth, FeedState
from ingest.feeds import parse_feed
from ingest.http import Fetcher

FEED_LIMIT_BYTES = 8_000_000
FIRST_INTERVAL_SECONDS = 30 * 60.0
SHORTEST_INTERVAL_SECONDS = 5 * 60.0
LONGEST_INTERVAL_SECONDS = 24 * 3600.0
LONGEST_BACKOFF_SECONDS = 7 * 24 * 3600.0
SHORTEST_RETRY_SECONDS = 60.0
# A feed must say "gone" so often in a row before it is believed.
GONE_ANSWERS = 3
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What a poll brought: a feed, nothing new (`feed` is `None`, status 304), or an error."""

    status: int | None = None
    headers: Mapping[str, str] | None = None
    feed: Feed | None = None
    error: IngestError | None = None


def new_feed(url: str, outlet: str | None, *, now: datetime) -> FeedState:
    """Return the state of a feed that is due at once."""
    return FeedState(url=url, outlet=outlet, interval_seconds=FIRST_INTERVAL_SECONDS, next_due_at=now, added_at=now)


async def poll(fetcher: Fetcher, state: FeedState, *, now: datetime) -> Poll:
    """Ask a feed for what is new. Its errors are values: one feed never stops the others."""
    try:
        response = await fetcher.fetch(state.url, max_bytes=FEED_LIMIT_BYTES, headers=next_request_headers(state))
        feed = None
        if response.status != 304:
            feed = parse_feed(response.body, url=response.url, headers=response.headers, now=now)
        return Poll(status=response.status, headers=response.headers, feed=feed)
    except IngestError as error:
        return Poll(error=error)


def next_request_headers(state: FeedState) -> dict[str, str]:
    """The validators of the last answer, exactly as the server gave them."""
    headers = {}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def after_success(state: FeedState, outcome: Poll, *, new_entries: int, all_entries: int, now: datetime) -> FeedState:
    """Return the state after a poll without error, of whose entries `new_entries` were new."""
    headers = outcome.headers or {}
    interval = next_interval_seconds(state.interval_seconds, new_entries=new_entries, all_entries=all_entries)
    return replace(
        state,
        title=(outcome.feed.title if outcome.feed is not None else None) or state.title,
        etag=headers.get("etag") or (state.etag if outcome.status == 304 else None),
        last_modified=headers.get("last-modified") or (state.last_modified if outcome.status == 304 else None),
        interval_seconds=interval,
        next_due_at=now + timedelta(seconds=interval),
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if new_entries else state.last_new_at,
        error_streak=0,
        last_error=None,
    )


def next_interval_seconds(interval_seconds: float, *, new_entries: int, all_entries: int) -> float:
    """Poll sooner where most of what a feed shows is new, later where most of it is known.

    Source: Media Cloud's rss-fetcher aims at an overlap of a third to two thirds between polls.
    """
    share = new_entries / all_entries if all_entries else 0.0
    factor = 0.5 if share > 2 / 3 else 1.25 if share < 1 / 3 else 1.0
    return min(max(interval_seconds * factor, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS)


def after_failure(state: FeedState, error: IngestError, *, now: datetime) -> FeedState:
    """Return the state after a poll that failed: the wait doubles each time, up to a week."""
    streak = state.error_streak + 1
    wait = min(state.interval_seconds * 2.0 ** min(streak - 1, 16), LONGEST_BACKOFF_SECONDS)
    if isinstance(error, RetryLater) and error.retry_after_seconds is not None:
        asked = min(max(error.retry_after_seconds, SHORTEST_RETRY_SECONDS), LONGEST_INTERVAL_SECONDS)
        wait = max(wait, asked)
    is_gone = isinstance(error, RefusedByServer) and error.status == _GONE and streak >= GONE_ANSWERS
    return replace(
        state,
        health=FeedHealth.GONE if is_gone else state.health,
        next_due_at=now + timedelta(seconds=wait),
        last_polled_at=now,
        error_streak=streak,
        last_error=str(error).removeprefix(f"{error.item}: "),
    )
