"""What is at an address: a feed, or a page with the feeds that it names."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from ingest.discovery import Discovery, Offer, discover, find_feed_links, first_poll
from ingest.errors import NotAFeed, Unreachable
from ingest.http import Fetcher
from ingest.polling import Poll, new_feed
from tests.networks import LOOPBACK

NOW = datetime(2026, 3, 5, tzinfo=UTC)
FEED = "<rss version='2.0'><channel><title>Herald</title><item><link>http://a.example/1</link></item></channel></rss>"
LINKS = """<html><head>
<link rel="alternate" type="application/rss+xml" title="News" href="/news.xml">
<link rel="Alternate" type="application/atom+xml; charset=utf-8" href="https://feeds.example/atom">
<link rel="alternate" type="application/rss+xml" title="again" href="/news.xml">
<link rel="alternate" type="application/feed+json" href="javascript:alert(1)">
<link rel="alternate" type="text/html" href="/fr">
<link rel="stylesheet" type="text/xml" href="/style">
</head><body>News</body></html>"""


def look(url: str) -> Discovery:
    async def run() -> Discovery:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            return await discover(fetcher, url, now=NOW)

    return asyncio.run(run())


def test_a_feed_is_found_with_one_request_that_is_its_first_poll(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED, headers={"ETag": '"1"'})
    poll = look(httpserver.url_for("/feed")).poll
    assert poll is not None
    assert poll.feed is not None
    assert (poll.status, poll.feed.title, poll.headers and poll.headers["etag"]) == (200, "Herald", '"1"')
    assert len(httpserver.log) == 1


def test_a_page_offers_the_feeds_that_it_names_and_only_web_addresses(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(LINKS, content_type="text/html")
    offers = (Offer(httpserver.url_for("/news.xml"), "News"), Offer("https://feeds.example/atom", None))
    assert look(httpserver.url_for("/")) == Discovery(offers=offers)
    assert len(httpserver.log) == 1


def test_the_usual_places_are_asked_where_a_page_names_none(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<html>News</html>", content_type="text/html")
    httpserver.expect_request("/rss").respond_with_data(FEED)
    assert look(httpserver.url_for("/")).offers == (Offer(httpserver.url_for("/rss"), "Herald"),)


def test_a_page_without_any_feed_offers_none(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("<html>News</html>", content_type="text/html")
    assert look(httpserver.url_for("/")) == Discovery()


def test_what_is_neither_feed_nor_page_is_said_to_be_none(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("%PDF-1.7", content_type="application/pdf")
    with pytest.raises(NotAFeed):
        look(httpserver.url_for("/"))
    with pytest.raises(Unreachable):
        look("http://127.0.0.1:9/")


def test_a_page_of_a_million_links_offers_few() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in range(100_000))
    assert len(find_feed_links(f"<html><head>{links}".encode(), url="https://a.example/", headers={})) == 20


def ask_first(url: str) -> Poll:
    async def run() -> Poll:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            return await first_poll(fetcher, new_feed(url, None, now=NOW), now=NOW)

    return asyncio.run(run())


def test_the_first_poll_of_a_site_with_one_feed_is_that_of_its_feed(httpserver: HTTPServer) -> None:
    page = "<html><link rel='alternate' type='application/rss+xml' href='/feed'></html>"
    httpserver.expect_request("/").respond_with_data(page, content_type="text/html")
    httpserver.expect_request("/feed").respond_with_data(FEED)
    poll = ask_first(httpserver.url_for("/"))
    assert (poll.error, poll.found_at, poll.feed and poll.feed.title) == (None, httpserver.url_for("/feed"), "Herald")
    assert [request.path for request, _ in httpserver.log] == ["/", "/feed"]


def test_the_first_poll_of_a_site_with_several_feeds_or_none_says_what_to_do(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/two").respond_with_data(LINKS, content_type="text/html")
    httpserver.expect_request("/none").respond_with_data("<html>News</html>", content_type="text/html")
    url = httpserver.url_for("/two")
    assert f"a page with 2 feeds, {httpserver.url_for('/news.xml')} the first" in str(ask_first(url).error)
    assert f"sayso feeds add {url}" in str(ask_first(url).error)
    assert "a page, not a feed, and it names none" in str(ask_first(httpserver.url_for("/none")).error)
    assert len(httpserver.log) == 3


def test_the_first_poll_of_a_feed_is_one_request(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED)
    poll = ask_first(httpserver.url_for("/feed"))
    assert (poll.error, poll.found_at, len(httpserver.log)) == (None, None, 1)
