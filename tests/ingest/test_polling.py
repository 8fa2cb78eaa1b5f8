"""When a feed is polled next, decided from its state, the answer and the clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from ingest.errors import HostPaused, NotAFeed, RefusedByServer, Unreachable
from ingest.feed import Feed, FeedHealth, FeedState
from ingest.http import Fetcher
from ingest.polling import (
    Overlap,
    Poll,
    after_failure,
    after_pause,
    after_success,
    new_feed,
    next_request_headers,
    poll,
)
from tests.networks import LOOPBACK

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://herald.example/feed"
STATE = new_feed(URL, "Herald", now=NOW)
FEED = Feed(title="T", site_url=None, language="en", entries=())


def ok(
    headers: dict[str, str] | None = None,
    *,
    feed: Feed | None = FEED,
    status: int = 200,
    conditional: bool = True,
    moved_to: str | None = None,
) -> Poll:
    return Poll(status=status, headers=headers or {}, feed=feed, was_conditional=conditional, moved_to=moved_to)


def overlap(new: int, entries: int = 10, listed_before: int | None = None) -> Overlap:
    return Overlap(entries=entries, new=new, listed_before=entries - new if listed_before is None else listed_before)


def minutes(state: FeedState) -> float:
    return (state.next_due_at - NOW).total_seconds() / 60


LISTED = replace(STATE, listed_at=NOW - timedelta(hours=1), full_fetch_at=NOW - timedelta(hours=1))


def test_a_new_feed_is_due_at_once_and_asked_for_all_it_has() -> None:
    assert STATE.next_due_at == NOW
    assert next_request_headers(STATE, now=NOW) == {}


def test_validators_are_kept_as_they_were_given() -> None:
    state = after_success(LISTED, ok({"etag": 'W/"odd one"', "last-modified": "not even a date"}), overlap(1), now=NOW)
    given = {"If-None-Match": 'W/"odd one"', "If-Modified-Since": "not even a date"}
    assert next_request_headers(state, now=NOW) == given
    unchanged = after_success(state, ok(status=304, feed=None), overlap(0, 0), now=NOW)
    assert next_request_headers(unchanged, now=NOW) == given
    renewed = after_success(state, ok({"etag": "2"}, status=304, feed=None), overlap(0, 0), now=NOW)
    assert renewed.etag == "2"
    assert next_request_headers(after_success(state, ok(), overlap(0), now=NOW), now=NOW) == {}


def test_once_a_day_a_feed_is_fetched_whatever_its_validators_say() -> None:
    state = replace(LISTED, etag="x")
    assert next_request_headers(state, now=NOW) != {}
    assert next_request_headers(state, now=NOW + timedelta(days=1)) == {}
    done = after_success(state, ok({"etag": "x"}, conditional=False), overlap(0), now=NOW + timedelta(days=1))
    assert next_request_headers(done, now=NOW + timedelta(days=1)) != {}


def test_a_validator_that_lied_is_not_believed_again() -> None:
    state = replace(LISTED, etag="x")
    honest = after_success(state, ok({"etag": "y"}, conditional=False), overlap(2), now=NOW)
    assert not honest.has_lying_validator
    liar = after_success(state, ok({"etag": "x"}, conditional=False), overlap(2), now=NOW)
    assert liar.has_lying_validator
    assert next_request_headers(liar, now=NOW) == {}


@pytest.mark.parametrize(("new", "wait"), [(9, 15.0), (5, 30.0), (1, 37.5), (0, 37.5)])
def test_the_interval_follows_how_much_is_new(new: int, wait: float) -> None:
    state = after_success(LISTED, ok(), overlap(new), now=NOW)
    assert minutes(state) == wait
    assert state.last_new_at == (NOW if new else None)


def test_a_window_that_turned_over_completely_is_a_gap_and_halves_the_interval_whatever_the_feed_asks() -> None:
    state = after_success(LISTED, ok({"cache-control": "max-age=80000"}), overlap(10), now=NOW)
    assert (state.gaps, state.last_gap_at, minutes(state)) == (1, NOW, 15.0)
    assert "lost" in state.due_reason
    first = after_success(STATE, ok(), overlap(10), now=NOW)
    assert (first.gaps, minutes(first)) == (0, 30.0)
    empty = after_success(LISTED, ok(), overlap(0, 0), now=NOW)
    assert empty.gaps == 0


@pytest.mark.parametrize(
    ("headers", "feed", "wait"),
    [
        ({"cache-control": "public, max-age=7200"}, FEED, 120.0),
        ({"cache-control": "s-maxage=7200"}, FEED, 30.0),
        ({"expires": "Thu, 05 Mar 2026 13:00:00 GMT"}, FEED, 60.0),
        ({"expires": "Thu, 05 Mar 2026 13:00:00 GMT", "cache-control": "no-cache"}, FEED, 30.0),
        ({"expires": "0"}, FEED, 30.0),
        ({"cache-control": "max-age=999999999"}, FEED, 1440.0),
        ({}, replace(FEED, least_interval_seconds=3600.0), 60.0),
        ({}, replace(FEED, least_interval_seconds=60.0), 30.0),
    ],
)
def test_what_server_and_feed_ask_for_is_a_lower_bound(headers: dict[str, str], feed: Feed, wait: float) -> None:
    assert minutes(after_success(LISTED, ok(headers, feed=feed), overlap(5), now=NOW)) == wait


def test_the_next_poll_is_moved_a_little_by_chance() -> None:
    waits = [minutes(after_success(LISTED, ok(), overlap(5), now=NOW, chance=chance)) for chance in (0.0, 0.5, 1.0)]
    assert waits == [27.0, 30.0, 33.0]


def test_intervals_have_bounds() -> None:
    busy, quiet = LISTED, LISTED
    for _ in range(50):
        busy = after_success(busy, ok(), overlap(9), now=NOW)
        quiet = after_success(quiet, ok(status=304, feed=None), overlap(0, 0), now=NOW)
    assert (busy.interval_seconds, quiet.interval_seconds) == (300.0, 86400.0)


def test_failures_wait_longer_up_to_a_week_and_keep_the_validators() -> None:
    state = replace(STATE, etag="x")
    waits = []
    for _ in range(12):
        state = after_failure(state, Unreachable(URL, "timed out"), now=NOW, chance=0.0)
        waits.append(state.next_due_at - NOW)
    assert waits[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert waits[-1] == timedelta(days=7)
    assert (state.etag, state.error_streak, state.health) == ("x", 12, FeedHealth.ACTIVE)
    assert state.last_error == "timed out"
    recovered = after_success(state, ok(status=304, feed=None), overlap(0, 0), now=NOW)
    assert (recovered.error_streak, recovered.last_error) == (0, None)


@pytest.mark.parametrize(("asked", "waited"), [(7200.0, 7200.0), (1e9, 86400.0), (0.0, 1800.0)])
def test_a_server_that_asks_for_a_wait_gets_it_within_reason(asked: float, waited: float) -> None:
    error = RefusedByServer(URL, 429, retry_after_seconds=asked)
    assert (after_failure(STATE, error, now=NOW, chance=0.0).next_due_at - NOW).total_seconds() == waited


def test_a_paused_host_is_no_failure_of_its_feeds() -> None:
    state = after_pause(STATE, HostPaused(URL, "pause", retry_after_seconds=600.0), now=NOW, chance=0.0)
    assert (minutes(state), state.error_streak) == (10.0, 0)


def test_gone_is_believed_when_it_is_said_for_days() -> None:
    gone = RefusedByServer(URL, 410)
    quick = STATE
    for _ in range(5):
        quick = after_failure(quick, gone, now=NOW)
    assert quick.health is FeedHealth.ACTIVE
    patient = STATE
    for day in (0, 1, 2):
        patient = after_failure(patient, gone, now=NOW + timedelta(days=day))
    assert patient.health is FeedHealth.GONE
    doubtful = after_failure(quick, Unreachable(URL, "timed out"), now=NOW)
    assert (doubtful.gone_count, doubtful.gone_since) == (0, None)


def test_a_permanent_redirect_is_followed_for_good_when_it_has_proved_itself() -> None:
    state = LISTED
    for day in range(5):
        assert state.poll_url == URL
        state = after_success(state, ok(moved_to="https://new.example/"), overlap(1), now=NOW + timedelta(days=day))
    assert (state.url, state.poll_url) == (URL, "https://new.example/")
    wavering = LISTED
    for day in range(9):
        target = "https://new.example/" if day != 4 else "https://other.example/"
        wavering = after_success(wavering, ok(moved_to=target), overlap(1), now=NOW + timedelta(days=day))
    assert wavering.poll_url == URL


def run_poll(url: str, etag: str | None = None) -> Poll:
    async def run() -> Poll:
        async with Fetcher(allowed=LOOPBACK, total_seconds=5.0) as fetcher:
            state = replace(new_feed(url, None, now=NOW), etag=etag, full_fetch_at=NOW)
            return await poll(fetcher, state, now=NOW)

    return asyncio.run(run())


def test_a_poll_brings_a_feed_or_nothing_new_or_an_error_as_a_value(httpserver: HTTPServer) -> None:
    body = '<rss version="2.0"><channel><title>T</title><item><link>https://a.example/</link></item></channel></rss>'
    httpserver.expect_request("/feed", headers={"If-None-Match": "1"}).respond_with_data("", status=304)
    httpserver.expect_request("/feed").respond_with_data(
        body, content_type="application/rss+xml", headers={"ETag": "1"}
    )
    httpserver.expect_request("/page").respond_with_data("<html></html>", content_type="text/html")
    url = httpserver.url_for("/feed")
    first = run_poll(url)
    assert first.feed is not None
    assert len(first.feed.entries) == 1
    again = run_poll(url, etag="1")
    assert (again.status, again.feed, again.error) == (304, None, None)
    assert isinstance(run_poll(httpserver.url_for("/page")).error, NotAFeed)
