"""Polling a feed: pure decisions on when and how, and the thin I/O that does it.

The deciders take a `FeedState`, the outcome of a poll and the present time, and return the next state. Validators are
opaque and stay as they are when a poll fails. No feed dies silently: after errors it is polled more and more seldom,
at least once a week; one that says "gone" is believed only when it has said so for days.

Sources of the numbers: what miniflux, FreshRSS, NewsBlur and Media Cloud's rss-fetcher settled on, and measurements on
6,463 snapshots of real feeds (a feed's window often turns over completely within 6 to 24 hours).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.errors import HostPaused, IngestError, RefusedByServer, RetryLater
from ingest.feed import Feed, FeedHealth, FeedState
from ingest.feeds import parse_feed
from ingest.http import Fetcher, read_http_date
from ingest.workers import Run, run_here

FEED_LIMIT_BYTES = 8_000_000
FIRST_INTERVAL_SECONDS = 30 * 60.0
SHORTEST_INTERVAL_SECONDS = 5 * 60.0
LONGEST_INTERVAL_SECONDS = 24 * 3600.0
LONGEST_BACKOFF_SECONDS = 7 * 24 * 3600.0
SHORTEST_RETRY_SECONDS = 60.0
JITTER = 0.1  # of the interval, to both sides: feeds that failed together must not come back together
FULL_FETCH_EVERY = timedelta(days=1)
GONE_ANSWERS, GONE_FOR = 3, timedelta(days=2)
MOVED_ANSWERS, MOVED_FOR = 5, timedelta(days=3)
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What a poll brought: a feed, nothing new (`feed` is `None`, status 304), or an error.

    `found_at` is the address of the feed where the one that was asked is only the site's.
    """

    status: int | None = None
    headers: Mapping[str, str] | None = None
    moved_to: str | None = None
    found_at: str | None = None
    was_conditional: bool = False
    feed: Feed | None = None
    error: IngestError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How a document compares with the last one: entries in all, new ones, and those that the last one listed too."""

    entries: int
    new: int
    listed_before: int


def new_feed(url: str, outlet: str | None, *, now: datetime) -> FeedState:
    """Return the state of a feed that is due at once."""
    return FeedState(url=url, outlet=outlet, interval_seconds=FIRST_INTERVAL_SECONDS, next_due_at=now, added_at=now)


async def poll(fetcher: Fetcher, state: FeedState, *, now: datetime, run: Run = run_here) -> Poll:
    """Ask a feed for what is new, and parse it with `run`. Its errors are values: one feed never stops the others."""
    asked = next_request_headers(state, now=now)
    try:
        response = await fetcher.fetch(state.poll_url, max_bytes=FEED_LIMIT_BYTES, headers=asked)
        feed = None
        if response.status != 304:
            feed = await run(
                state.url,
                parse_feed,
                body=response.body,
                url=response.url,
                headers=dict(response.headers),
                now=now,
            )
        return Poll(
            status=response.status,
            headers=response.headers,
            moved_to=response.moved_to,
            was_conditional=bool(asked),
            feed=feed,
        )
    except IngestError as error:
        return Poll(error=error, was_conditional=bool(asked))


def next_request_headers(state: FeedState, *, now: datetime) -> dict[str, str]:
    """The validators of the last answer, exactly as the server gave them; none once a day, and none if they lie."""
    is_full = state.full_fetch_at is None or now - state.full_fetch_at >= FULL_FETCH_EVERY
    if is_full or state.has_lying_validator:
        return {}
    headers = {}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def after_success(
    state: FeedState, outcome: Poll, overlap: Overlap, *, now: datetime, chance: float = 0.5
) -> FeedState:
    """Return the state after a poll without error. `chance` in 0..1 places the next poll within the jitter."""
    interval = next_interval_seconds(state, overlap)
    is_gap = has_gap(state, overlap)
    wait, reason = _wait_after(interval, outcome, is_gap=is_gap, now=now)
    moved = _follow_move(state, outcome, now=now)
    return replace(
        moved,
        title=(outcome.feed.title if outcome.feed is not None else None) or state.title,
        etag=_validator(outcome, "etag", state.etag),
        last_modified=_validator(outcome, "last-modified", state.last_modified),
        has_lying_validator=state.has_lying_validator or _lied(state, outcome, overlap),
        full_fetch_at=state.full_fetch_at if outcome.was_conditional else now,
        interval_seconds=interval,
        next_due_at=now + timedelta(seconds=wait * (1 + JITTER * (2 * chance - 1))),
        due_reason=reason,
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if overlap.new else state.last_new_at,
        listed_at=now if overlap.entries else state.listed_at,
        gaps=state.gaps + is_gap,
        last_gap_at=now if is_gap else state.last_gap_at,
        error_streak=0,
        last_error=None,
        gone_count=0,
        gone_since=None,
    )


def has_gap(state: FeedState, overlap: Overlap) -> bool:
    """Whether the window of the feed turned over completely since the last poll: items were probably lost."""
    return state.listed_at is not None and overlap.entries > 0 and overlap.listed_before == 0


def next_interval_seconds(state: FeedState, overlap: Overlap) -> float:
    """Poll sooner where most of what a feed shows is new, later where most of it is known."""
    share = overlap.new / overlap.entries if overlap.entries else 0.0
    if has_gap(state, overlap):
        factor = 0.5
    elif state.listed_at is None:
        factor = 1.0  # all that a feed shows is new the first time
    else:
        factor = 0.5 if share > 2 / 3 else 1.25 if share < 1 / 3 else 1.0
    return min(max(state.interval_seconds * factor, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS)


def after_failure(state: FeedState, error: IngestError, *, now: datetime, chance: float = 0.5) -> FeedState:
    """Return the state after a poll that failed: the wait doubles each time, up to a week."""
    streak = state.error_streak + 1
    wait = min(state.interval_seconds * 2.0 ** min(streak - 1, 16), LONGEST_BACKOFF_SECONDS)
    reason = f"failed {streak} times in a row" if streak > 1 else "failed once"
    if isinstance(error, RetryLater) and error.retry_after_seconds is not None:
        asked = min(max(error.retry_after_seconds, SHORTEST_RETRY_SECONDS), LONGEST_INTERVAL_SECONDS)
        if asked > wait:
            wait, reason = asked, "the server asked for this wait"
    gone_count, gone_since = _count_gone(state, error, now)
    is_gone = gone_since is not None and gone_count >= GONE_ANSWERS and now - gone_since >= GONE_FOR
    return replace(
        state,
        health=FeedHealth.GONE if is_gone else state.health,
        next_due_at=now + timedelta(seconds=wait * (1 + JITTER * chance)),
        due_reason=reason,
        last_polled_at=now,
        error_streak=streak,
        last_error=str(error).removeprefix(f"{error.item}: "),
        gone_count=gone_count,
        gone_since=gone_since,
    )


def after_pause(state: FeedState, error: HostPaused, *, now: datetime, chance: float = 0.5) -> FeedState:
    """Return the state of a feed that was not asked, because its host wants a pause: no failure of its own."""
    wait = error.retry_after_seconds or SHORTEST_RETRY_SECONDS
    return replace(
        state,
        next_due_at=now + timedelta(seconds=wait * (1 + JITTER * chance)),
        due_reason="its host asked for a pause",
    )


def least_wait_seconds(headers: Mapping[str, str], feed: Feed | None, *, now: datetime) -> float:
    """How long the server and the feed ask to be left alone: max-age, Expires, ttl, sy:update; at most a day."""
    asked = [feed.least_interval_seconds or 0.0 if feed is not None else 0.0]
    control = headers.get("cache-control", "").lower()
    if found := re.search(r"(?<![-\w])max-age\s*=\s*\"?(\d{1,9})", control):
        asked.append(float(found.group(1)))
    elif "expires" in headers and "no-cache" not in control and "no-store" not in control:
        asked.append(_seconds_until(headers["expires"], now))
    return min(max(asked), LONGEST_INTERVAL_SECONDS)


def _wait_after(interval: float, outcome: Poll, *, is_gap: bool, now: datetime) -> tuple[float, str]:
    if is_gap:
        return interval, "everything it showed was new: items may have been lost"
    least = least_wait_seconds(outcome.headers or {}, outcome.feed, now=now)
    if least > interval:
        return least, "the feed asks not to be polled sooner"
    return interval, "how often it has new items"


def _validator(outcome: Poll, header: str, last: str | None) -> str | None:
    """That of this answer; a 304 that gives none leaves the last one."""
    return (outcome.headers or {}).get(header) or (last if outcome.status == 304 else None)


def _lied(state: FeedState, outcome: Poll, overlap: Overlap) -> bool:
    """Whether a full fetch brought new items under the very validators that would have answered "unchanged"."""
    headers = outcome.headers or {}
    if outcome.was_conditional or not overlap.new or state.listed_at is None:
        return False
    if state.etag:
        return headers.get("etag") == state.etag
    return state.last_modified is not None and headers.get("last-modified") == state.last_modified


def _follow_move(state: FeedState, outcome: Poll, *, now: datetime) -> FeedState:
    """Count answers that send the feed elsewhere for good; after enough of the same it is polled there."""
    if outcome.found_at is not None:
        return replace(state, moved_to=outcome.found_at)
    if outcome.moved_to is None:
        return replace(state, redirect_url=None, redirect_count=0, redirect_since=None)
    if outcome.moved_to != state.redirect_url:
        return replace(state, redirect_url=outcome.moved_to, redirect_count=1, redirect_since=now)
    count, since = state.redirect_count + 1, state.redirect_since or now
    if count >= MOVED_ANSWERS and now - since >= MOVED_FOR:
        return replace(state, moved_to=outcome.moved_to, redirect_url=None, redirect_count=0, redirect_since=None)
    return replace(state, redirect_count=count)


def _count_gone(state: FeedState, error: IngestError, now: datetime) -> tuple[int, datetime | None]:
    if not isinstance(error, RefusedByServer) or error.status != _GONE:
        return 0, None
    return state.gone_count + 1, state.gone_since or now


def _seconds_until(date: str, now: datetime) -> float:
    at = read_http_date(date)
    return 0.0 if at is None else max(0.0, (at - now).total_seconds())
