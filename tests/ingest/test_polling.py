"""When a feed is polled next, decided from its state, the answer and the clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from ingest.errors import NotAFeed, RefusedByServer, Unreachable
from ingest.feed import Feed, FeedHealth
from ingest.http import Fetcher
from ingest.polling import Poll, after_failure, after_success, new_feed, next_request_headers, poll

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://herald.example/feed"
STATE = new_feed(URL, "Herald", now=NOW)
FEED = Feed(title="T", site_url=None, language="en", entries=())


def test_a_new_feed_is_due_at_once() -> None:
    assert STATE.next_due_at == NOW
    assert next_request_headers(STATE) == {}


def test_validators_are_kept_as_they_were_given() -> None:
    answer = Poll(status=200, headers={"etag": 'W/"odd one"', "last-modified": "not even a date"}, feed=FEED)
    state = after_success(STATE, answer, new_entries=1, all_entries=1, now=NOW)
    assert next_request_headers(state) == {"If-None-Match": 'W/"odd one"', "If-Modified-Since": "not even a date"}
    unchanged = after_success(state, Poll(status=304, headers={}), new_entries=0, all_entries=0, now=NOW)
    assert next_request_headers(unchanged) == next_request_headers(state)
    without = after_success(state, Poll(status=200, headers={}, feed=FEED), new_entries=0, all_entries=1, now=NOW)
    assert next_request_headers(without) == {}


@pytest.mark.parametrize(("new", "minutes"), [(10, 15.0), (5, 30.0), (1, 37.5), (0, 37.5)])
def test_the_interval_follows_how_much_is_new(new: int, minutes: float) -> None:
    state = after_success(STATE, Poll(status=200, headers={}, feed=FEED), new_entries=new, all_entries=10, now=NOW)
    assert state.next_due_at == NOW + timedelta(minutes=minutes)
    assert state.last_new_at == (NOW if new else None)


def test_intervals_have_bounds() -> None:
    busy, quiet = STATE, STATE
    for _ in range(50):
        busy = after_success(busy, Poll(status=200, headers={}), new_entries=9, all_entries=9, now=NOW)
        quiet = after_success(quiet, Poll(status=304, headers={}), new_entries=0, all_entries=0, now=NOW)
    assert (busy.interval_seconds, quiet.interval_seconds) == (300.0, 86400.0)


def test_failures_wait_longer_up_to_a_week_and_keep_the_validators() -> None:
    state = replace(STATE, etag="x")
    waits = []
    for _ in range(12):
        state = after_failure(state, Unreachable(URL, "timed out"), now=NOW)
        waits.append(state.next_due_at - NOW)
    assert waits[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert waits[-1] == timedelta(days=7)
    assert (state.etag, state.error_streak, state.health) == ("x", 12, FeedHealth.ACTIVE)
    assert state.last_error == "timed out"
    recovered = after_success(state, Poll(status=304, headers={}), new_entries=0, all_entries=0, now=NOW)
    assert (recovered.error_streak, recovered.last_error) == (0, None)


@pytest.mark.parametrize(("asked", "waited"), [(7200.0, 7200.0), (1e9, 86400.0), (0.0, 1800.0)])
def test_a_server_that_asks_for_a_wait_gets_it_within_reason(asked: float, waited: float) -> None:
    state = after_failure(STATE, RefusedByServer(URL, 429, retry_after_seconds=asked), now=NOW)
    assert (state.next_due_at - NOW).total_seconds() == waited


def test_gone_is_believed_the_third_time() -> None:
    state = STATE
    seen = []
    for _ in range(3):
        state = after_failure(state, RefusedByServer(URL, 410), now=NOW)
        seen.append(state.health)
    assert seen == [FeedHealth.ACTIVE, FeedHealth.ACTIVE, FeedHealth.GONE]


def run_poll(url: str, etag: str | None = None) -> Poll:
    async def run() -> Poll:
        async with Fetcher(total_seconds=5.0) as fetcher:
            return await poll(fetcher, replace(new_feed(url, None, now=NOW), etag=etag), now=NOW)

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
