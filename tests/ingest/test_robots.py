"""robots.txt: asked once a site, obeyed, and no reason to fetch when it cannot be read."""

from __future__ import annotations

import asyncio

import pytest
from pytest_httpserver import HTTPServer

from ingest.errors import Disallowed, RobotsUnknown
from ingest.http import Fetcher
from ingest.robots import Robots
from tests.networks import LOOPBACK

RULES = "User-agent: *\nDisallow: /private\nCrawl-delay: 1\n\nUser-agent: sayso\nDisallow: /not-for-sayso\n"


def check(server: HTTPServer, *paths: str) -> None:
    async def run() -> None:
        async with Fetcher(allowed=LOOPBACK, total_seconds=5.0) as fetcher:
            robots = Robots(fetcher)
            await asyncio.gather(*(robots.check(server.url_for(path)) for path in paths))

    asyncio.run(run())


def test_a_site_is_asked_once_and_says_what_it_does_not_want(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data(RULES)
    check(httpserver, "/private", "/news/1", "/news/2")
    assert len(httpserver.log) == 1
    with pytest.raises(Disallowed, match=r"robots\.txt"):
        check(httpserver, "/not-for-sayso/1")


@pytest.mark.parametrize("status", [404, 403, 410])
def test_no_file_means_that_all_is_allowed(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=status)
    check(httpserver, "/private")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_file_that_cannot_be_read_allows_nothing_for_now(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=status)
    with pytest.raises(RobotsUnknown):
        check(httpserver, "/news/1")


def test_a_file_that_is_no_robots_txt_allows_all(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data(b"\xff\x00<html>not found</html>" * 100)
    check(httpserver, "/news/1")
