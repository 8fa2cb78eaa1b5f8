"""Feeds that lie, break, move, die and ask for patience, polled over days by a clock that the test turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from typing import NoReturn

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug import Response as Answer

from app.progress import Silent
from app.walk import Walk
from graph.failures import list_failures
from graph.following import add_feeds, count_items, list_feeds
from graph.polls import list_polls
from graph.store import Store
from ingest.addresses import Address
from ingest.feed import FeedHealth, FeedState
from ingest.http import Fetcher
from ingest.polling import new_feed
from tests.listener import listening
from tests.networks import LOOPBACK

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


class Days:
    """A store with feeds, a clock, and what becomes of both when `sayso ingest` runs."""

    def __init__(self, store: Store, *urls: str) -> None:
        self.now = NOW
        self.store = store
        add_feeds(store, [new_feed(url, "Herald", now=NOW) for url in urls])

    def poll(self, *, later: timedelta = timedelta(0), spacing_seconds: float = 0.0) -> Walk:
        """Turn the clock and run. Hosts called *.example are this machine, and as strange to it as any other."""
        self.now += later

        async def resolve(host: str, _port: int) -> list[Address]:
            return [ip_address("127.0.0.1" if host.endswith((".example", "localhost")) else host)]

        async def run() -> Walk:
            walk = Walk(self.store, make_place=_no_reader, clock=lambda: self.now, reporter=Silent())
            async with Fetcher(allowed=LOOPBACK, resolve=resolve, spacing_seconds=spacing_seconds) as fetcher:
                await walk.follow_feeds(fetcher)
            return walk

        return asyncio.run(run())

    def state(self, url: str | None = None) -> FeedState:
        return next(state for state in list_feeds(self.store) if url in (None, state.url))


def _no_reader() -> NoReturn:
    raise AssertionError("nothing is read here")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as store:
        yield store


def feed(*numbers: int) -> str:
    """A feed whose entries carry their text, so that no page is fetched."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>{n}</title><description>Story {n}.</description></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>"


def answer(server: HTTPServer, path: str, body: str, status: int = 200, **headers: str) -> None:
    server.clear_all_handlers()
    server.expect_request(path).respond_with_data(
        body, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("/dev/zero", "NotAFeed"),
        ("", "NotAFeed"),
        ("<html><title>Log in</title></html>", "NotAFeed"),
        ("<!doctype html><h1>403 Forbidden</h1>", "NotAFeed"),
        ("<?xml version='1.0'?><rss version='2.0'><channel><title>T</ti", "NotAFeed"),
        ("http://127.0.0.1:1/elsewhere", "NotAFeed"),
    ],
)
def test_a_body_that_is_no_feed_changes_nothing_but_the_error(
    store: Store, httpserver: HTTPServer, body: str, error: str
) -> None:
    days = Days(store, httpserver.url_for("/feed"))
    answer(httpserver, "/feed", feed(1, 2), ETag='"1"', Last_Modified="Mon")
    days.poll()
    answer(httpserver, "/feed", body, ETag='"2"', Last_Modified="Tue")
    days.poll(later=timedelta(hours=1))
    state = days.state()
    assert (state.etag, state.last_modified, state.error_streak) == ('"1"', "Mon", 1)
    assert [failure.error for failure in list_failures(store)] == [error]
    answer(httpserver, "/feed", feed(1, 2, 3), ETag='"3"')
    days.poll(later=timedelta(days=1))
    assert (days.state().etag, days.state().error_streak, list_failures(store)) == ('"3"', 0, [])
    assert count_items(store, days.state().url).items == 3


def test_validators_follow_every_answer_also_where_nothing_else_changed(store: Store, httpserver: HTTPServer) -> None:
    days = Days(store, httpserver.url_for("/feed"))
    answer(httpserver, "/feed", feed(1), ETag='"1"')
    days.poll()
    answer(httpserver, "/feed", feed(1), ETag='W/"2 opaque"', Last_Modified="whenever")
    days.poll(later=timedelta(hours=1))
    assert (days.state().etag, days.state().last_modified) == ('W/"2 opaque"', "whenever")
    answer(httpserver, "/feed", "", status=304)
    days.poll(later=timedelta(hours=1))
    asked = httpserver.log[-1][0].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('W/"2 opaque"', "whenever")
    assert (days.state().etag, days.state().last_modified) == ('W/"2 opaque"', "whenever")


def test_a_304_brings_validators_too(store: Store) -> None:
    head = "HTTP/1.1 200 OK\r\nETag: 1\r\nLast-Modified: Mon\r\nConnection: close\r\n\r\n"
    with listening(answer=head + feed(1)) as server:
        days = Days(store, f"http://127.0.0.1:{server.port}/feed")
        days.poll()
        server.answer = b"HTTP/1.1 304 Not Modified\r\nLast-Modified: Tue\r\nConnection: close\r\n\r\n"
        days.poll(later=timedelta(hours=1))
    assert (days.state().etag, days.state().last_modified, server.accepts) == ("1", "Tue", 2)


def test_a_server_that_says_unchanged_when_it_is_not_is_found_out_within_a_day(
    store: Store, httpserver: HTTPServer
) -> None:
    shown = [1]

    def lie(request: Request) -> Answer:
        if "If-None-Match" in request.headers:
            return Answer("", status=304, headers={"ETag": '"same"'})
        return Answer(feed(*shown), headers={"ETag": '"same"'})

    httpserver.expect_request("/feed").respond_with_handler(lie)
    days = Days(store, httpserver.url_for("/feed"))
    days.poll()
    shown.append(2)
    for _ in range(18):  # it is due less and less often, so that some of these hours pass without a poll
        days.poll(later=timedelta(hours=2))
    assert days.state().has_lying_validator
    assert count_items(store, days.state().url).items == 2
    shown.append(3)
    days.poll(later=timedelta(hours=12))  # no day has passed since it was fetched whole
    assert count_items(store, days.state().url).items == 3


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("7200", timedelta(hours=2), timedelta(hours=2.3)),
        (timedelta(hours=3), timedelta(hours=2.9), timedelta(hours=3.5)),
        (-timedelta(days=900), timedelta(minutes=1), timedelta(minutes=34)),
        ("1000000000", timedelta(hours=24), timedelta(hours=26.5)),
        ("soon", timedelta(minutes=10), timedelta(minutes=34)),
        ("-5", timedelta(minutes=10), timedelta(minutes=34)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_patience_gets_it_with_all_its_feeds(
    store: Store, httpserver: HTTPServer, status: int, retry_after: str | timedelta, least: timedelta, most: timedelta
) -> None:
    if isinstance(retry_after, timedelta):
        retry_after = format_datetime(datetime.now(UTC) + retry_after)  # as the server's own clock has it
    httpserver.expect_request("/a").respond_with_data("", status=status, headers={"Retry-After": retry_after})
    httpserver.expect_request("/b").respond_with_data("", status=status, headers={"Retry-After": retry_after})
    days = Days(store, httpserver.url_for("/a"), httpserver.url_for("/b"))
    days.poll()
    assert len(httpserver.log) == 1  # the second feed is not even asked
    for state in list_feeds(store):
        assert least <= state.next_due_at - NOW <= most
    asked = httpserver.log[0][0].path
    assert {state.error_streak for state in list_feeds(store) if not state.url.endswith(asked)} == {0}


def test_a_paused_host_holds_up_no_other(store: Store, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/busy").respond_with_data("", status=503, headers={"Retry-After": "600"})
    httpserver.expect_request("/free").respond_with_data(feed(1))
    port = httpserver.port
    days = Days(store, f"http://busy.example:{port}/busy", f"http://free.example:{port}/free")
    days.poll()
    assert days.state(f"http://free.example:{port}/free").last_success_at == NOW


def test_a_feed_is_gone_when_it_has_said_so_for_days_and_is_not_asked_again(
    store: Store, httpserver: HTTPServer
) -> None:
    answer(httpserver, "/feed", "", status=410)
    days = Days(store, httpserver.url_for("/feed"))
    for _ in range(3):
        assert days.state().health is FeedHealth.ACTIVE
        days.poll(later=timedelta(days=1))
    assert days.state().health is FeedHealth.GONE
    days.poll(later=timedelta(days=30))
    assert len(httpserver.log) == 3


@pytest.mark.parametrize(("status", "is_moved"), [(301, True), (308, True), (302, False), (307, False)])
def test_only_a_permanent_redirect_that_stands_for_days_moves_a_feed(
    store: Store, httpserver: HTTPServer, status: int, is_moved: bool
) -> None:
    httpserver.expect_request("/old").respond_with_data("", status=status, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data(feed(1))
    days = Days(store, httpserver.url_for("/old"))
    for _ in range(5):
        assert days.state().moved_to is None
        days.poll(later=timedelta(days=1))
    assert days.state().moved_to == (httpserver.url_for("/new") if is_moved else None)
    httpserver.clear_log()
    days.poll(later=timedelta(days=1))
    assert [request.path for request, _ in httpserver.log] == (["/new"] if is_moved else ["/old", "/new"])


def test_fifty_feeds_of_one_host_are_asked_one_by_one_and_starve_no_other(store: Store, httpserver: HTTPServer) -> None:
    spacing, starts, in_flight, most = 0.03, dict[str, list[float]](), 0, 0

    def serve(request: Request) -> Answer:
        nonlocal in_flight, most
        host = request.host.split(":")[0]
        starts.setdefault(host, []).append(time.monotonic())
        if host == "busy.example":
            in_flight += 1
            most = max(most, in_flight)
            time.sleep(0.005)
            in_flight -= 1
        return Answer(feed(1))

    for number in range(50):
        httpserver.expect_request(f"/{number}").respond_with_handler(serve)
    urls = [f"http://busy.example:{httpserver.port}/{number}" for number in range(50)]
    others = [f"http://other{number}.example:{httpserver.port}/0" for number in range(5)]
    days = Days(store, *urls, *others)
    assert days.poll(spacing_seconds=spacing).tally.feeds == 55
    busy = starts.pop("busy.example")
    assert (most, len(busy), len(starts)) == (1, 50, 5)
    assert busy[-1] - busy[0] > 49 * spacing * 0.95  # by the clock of the server, where requests arrive a little late
    assert max(times[0] for times in starts.values()) < busy[20]


def test_an_outage_of_ones_own_network_is_blamed_on_no_feed_and_is_caught_up_spread_out(
    store: Store, httpserver: HTTPServer
) -> None:
    port = httpserver.port
    urls = [f"http://host{number}.example:{port}/feed" for number in range(8)]
    days = Days(store, *urls)
    httpserver.expect_request("/feed").respond_with_data(feed(1))
    with offline():
        for _ in range(8):
            walk = days.poll(later=timedelta(minutes=15))
            assert "offline" in walk.tally.problems[0]
    assert {state.error_streak for state in list_feeds(store)} == {0}
    assert (list_failures(store), len(httpserver.log)) == ([], 0)
    assert days.poll(later=timedelta(minutes=15)).tally.feeds == 8
    assert len({state.next_due_at for state in list_feeds(store)}) == 8
    assert all(len(list_polls(store, url)) == 1 for url in urls)


@contextmanager
def offline() -> Iterator[None]:
    """No connection can be opened."""
    with pytest.MonkeyPatch.context() as patch:

        async def refuse(*_: object, **__: object) -> None:
            raise OSError("network is unreachable")

        patch.setattr("anyio.connect_tcp", refuse)
        yield
