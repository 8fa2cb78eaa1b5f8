"""Fetching, from a real server on loopback: limits hold, and each failure says in plain words what it is."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug import Response as Answer

from ingest.errors import BadInput, HostPaused, IngestError, RefusedByServer, TooLarge, Unreachable
from ingest.http import Fetcher, Response, retry_after_seconds
from tests.networks import LOOPBACK

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def fetch(
    url: str, *, max_bytes: int = 10_000, total_seconds: float = 5.0, headers: dict[str, str] | None = None
) -> Response:
    async def run() -> Response:
        async with Fetcher(allowed=LOOPBACK, total_seconds=total_seconds) as fetcher:
            return await fetcher.fetch(url, max_bytes=max_bytes, headers=headers)

    return asyncio.run(run())


def test_a_page_comes_with_its_final_address_and_lower_case_headers(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data("", status=301, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("hello", headers={"ETag": 'W/"1"'})
    response = fetch(httpserver.url_for("/old"))
    assert (response.url, response.body, response.headers["etag"]) == (httpserver.url_for("/new"), b"hello", 'W/"1"')


def test_a_304_is_an_answer_without_a_body(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/", headers={"If-None-Match": "x"}).respond_with_data("", status=304)
    assert fetch(httpserver.url_for("/"), headers={"If-None-Match": "x"}).status == 304


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "http://", "x", "http://[::1"]
)
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(BadInput):
        fetch(url)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/"])
def test_no_redirect_leads_out_of_the_web(httpserver: HTTPServer, target: str) -> None:
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(BadInput):
        fetch(httpserver.url_for("/"))


def test_redirects_end(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/"})
    with pytest.raises(Unreachable, match="more than 5 redirects"):
        fetch(httpserver.url_for("/"))
    assert len(httpserver.log) == 6


def test_a_body_over_the_limit_is_not_taken(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"x" * 20_000)
    with pytest.raises(TooLarge):
        fetch(httpserver.url_for("/"))


def test_a_compressed_body_is_measured_as_it_is_decoded(httpserver: HTTPServer) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    httpserver.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        fetch(httpserver.url_for("/"), max_bytes=1_000_000)


@pytest.mark.parametrize("status", [404, 410, 429, 500])
def test_an_error_status_is_named_with_the_wait_that_was_asked_for(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status, headers={"Retry-After": "120"})
    with pytest.raises(RefusedByServer, match=str(status)) as caught:
        fetch(httpserver.url_for("/"))
    assert (caught.value.status, caught.value.retry_after_seconds) == (status, 120.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 05 Mar 2026 00:10:00 GMT", 600.0),
        ("Wed, 04 Mar 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_both_forms_of_retry_after_are_read(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, now=NOW) == seconds


def test_a_server_that_drips_is_given_up_in_time(httpserver: HTTPServer) -> None:
    def drip(_request: Request) -> Answer:
        def parts() -> Iterator[bytes]:
            for _ in range(40):
                time.sleep(0.1)
                yield b"x"

        return Answer(parts(), status=200)

    httpserver.expect_request("/").respond_with_handler(drip)
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"within 0\.5 seconds"):
        fetch(httpserver.url_for("/"), total_seconds=0.5)
    assert time.monotonic() - started < 3.0


def test_a_port_where_nobody_listens_and_a_name_that_nobody_has(httpserver: HTTPServer) -> None:
    with pytest.raises(Unreachable, match="no connection"):
        fetch("http://127.0.0.1:9/")
    with pytest.raises(Unreachable, match="host name is not known"):
        fetch("http://no-such-host.invalid/")


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that gives one connection these bytes, which no well-behaved one would send."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def test_an_answer_that_is_no_http_makes_no_sense() -> None:
    with raw_server(b"220 mail.example ESMTP\r\n") as url, pytest.raises(Unreachable, match="makes no sense"):
        fetch(url)


def test_one_host_gets_one_request_at_a_time(httpserver: HTTPServer) -> None:
    in_flight, most = [0], [0]

    def count(_request: Request) -> Answer:
        in_flight[0] += 1
        most[0] = max(most[0], in_flight[0])
        time.sleep(0.02)
        in_flight[0] -= 1
        return Answer("ok")

    httpserver.expect_request("/").respond_with_handler(count)

    async def run() -> None:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            await asyncio.gather(*(fetcher.fetch(httpserver.url_for("/"), max_bytes=100) for _ in range(10)))

    asyncio.run(run())
    assert most == [1]


def test_a_host_that_asks_for_a_pause_is_not_asked_again(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/busy").respond_with_data("", status=429, headers={"Retry-After": "120"})
    httpserver.expect_request("/other").respond_with_data("ok")

    async def run() -> list[Exception | Response]:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            urls = [httpserver.url_for(path) for path in ("/busy", "/other")]
            return [await _outcome(fetcher, url) for url in urls]

    first, second = asyncio.run(run())
    assert isinstance(first, RefusedByServer)
    assert isinstance(second, HostPaused)
    assert second.retry_after_seconds == pytest.approx(120, abs=2)
    assert len(httpserver.log) == 1


async def _outcome(fetcher: Fetcher, url: str) -> Exception | Response:
    try:
        return await fetcher.fetch(url, max_bytes=100)
    except IngestError as error:
        return error


def test_requests_to_one_host_are_spaced_out(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("ok")

    async def run() -> float:
        async with Fetcher(allowed=LOOPBACK) as fetcher:
            fetcher.space_out(httpserver.url_for("/"), 0.3)
            started = time.monotonic()
            await asyncio.gather(*(fetcher.fetch(httpserver.url_for("/"), max_bytes=100) for _ in range(3)))
            return time.monotonic() - started

    assert asyncio.run(run()) >= 0.6


@pytest.mark.parametrize(("status", "is_permanent"), [(301, True), (308, True), (302, False), (307, False)])
def test_only_a_permanent_redirect_says_that_a_page_has_moved(
    httpserver: HTTPServer, status: int, is_permanent: bool
) -> None:
    httpserver.expect_request("/old").respond_with_data("", status=status, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("ok")
    moved_to = fetch(httpserver.url_for("/old")).moved_to
    assert moved_to == (httpserver.url_for("/new") if is_permanent else None)


def test_bot_protection_is_called_by_its_name(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", status=403, headers={"cf-mitigated": "challenge"})
    with pytest.raises(RefusedByServer, match="bot protection"):
        fetch(httpserver.url_for("/"))


@pytest.mark.parametrize("target", ["http://[bad", "http://127.0.0.1:99999/"])
def test_a_redirect_to_what_is_no_address_is_an_error_of_this_item(target: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    with raw_server(answer) as url, pytest.raises(BadInput):
        fetch(url)


def test_the_redirects_of_a_url_share_its_time(httpserver: HTTPServer) -> None:
    def linger(request: Request) -> Answer:
        time.sleep(0.4)
        return Answer(status=302, headers={"Location": f"/{int(request.path[1:]) + 1}"})

    httpserver.expect_request(re.compile("/[0-9]+")).respond_with_handler(linger)
    started = time.monotonic()
    with pytest.raises(Unreachable, match="within 1 seconds"):
        fetch(httpserver.url_for("/1"), total_seconds=1.0)
    assert time.monotonic() - started < 1.8


def test_no_cookie_goes_back(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Set-Cookie": "x=1", "Location": "/b"})
    httpserver.expect_request("/b").respond_with_handler(lambda request: Answer(request.headers.get("Cookie", "none")))
    assert fetch(httpserver.url_for("/a")).body == b"none"


def test_an_encoding_that_was_not_asked_for_is_not_taken_for_the_text(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"\x0b\x02\x80hello\x03", headers={"Content-Encoding": "br"})
    with pytest.raises(Unreachable, match="br"):
        fetch(httpserver.url_for("/"))


def test_a_page_that_a_proxy_has_changed_is_a_page(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("hello", status=203)
    assert fetch(httpserver.url_for("/")).body == b"hello"
