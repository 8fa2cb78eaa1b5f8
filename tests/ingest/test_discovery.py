"""What is at an address: a feed, or a page with the feeds that it names."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from ingest.discovery import Discovery, Offer, discover, find_feed_links
from ingest.errors import NotAFeed, Unreachable
from ingest.http import Fetcher
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
