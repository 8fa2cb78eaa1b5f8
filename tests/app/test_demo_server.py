"""The demo's web server: what it serves, what it refuses, and the sample world that it serves."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from app.demo_server import DemoServer

DEMO = Path(__file__).parents[2] / "data" / "demo"
FREE = 0  # let the system choose: the tests must not collide with a demo that runs

Answer = tuple[int, dict[str, str], bytes]


def get(server: DemoServer, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for `path` as it stands: the library's own clients would tidy `..` away before sending it."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outlet = tmp_path / "site" / "outlet"
    outlet.mkdir(parents=True)
    (outlet / "feed.xml").write_text("<rss><link>{{BASE}}/outlet/a.html</link></rss>", encoding="utf-8")
    (outlet / "a.html").write_text("<p>café</p>", encoding="utf-8")
    (outlet / "feed.atom").write_text("<feed/>", encoding="utf-8")
    (outlet / "notes.txt").write_text("not for readers", encoding="utf-8")
    (tmp_path / "secret.html").write_text("<p>secret</p>", encoding="utf-8")
    return tmp_path / "site"


@pytest.fixture
def server(folder: Path) -> Iterator[DemoServer]:
    with DemoServer(folder, preferred_port=FREE) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/outlet/a.html", "text/html; charset=utf-8"),
        ("/outlet/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/outlet/feed.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_each_kind_of_file_has_its_content_type(server: DemoServer, path: str, content_type: str) -> None:
    status, headers, _ = get(server, path)
    assert (status, headers["Content-Type"]) == (200, content_type)


def test_placeholder_becomes_the_address_of_the_server(server: DemoServer) -> None:
    _, _, body = get(server, "/outlet/feed.xml")
    assert body.decode() == f"<rss><link>{server.url}/outlet/a.html</link></rss>"


def test_query_string_does_not_change_what_is_served(server: DemoServer) -> None:
    assert get(server, "/outlet/a.html?utm_source=feed")[2] == get(server, "/outlet/a.html")[2]


def test_head_has_the_headers_and_no_body(server: DemoServer) -> None:
    status, headers, body = get(server, "/outlet/a.html", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len("<p>café</p>".encode())), b"")


@pytest.mark.parametrize(
    ("validator", "condition"), [("ETag", "If_None_Match"), ("Last-Modified", "If_Modified_Since")]
)
def test_unchanged_document_is_answered_with_304_and_no_body(
    server: DemoServer, validator: str, condition: str
) -> None:
    _, headers, _ = get(server, "/outlet/feed.xml")
    status, _, body = get(server, "/outlet/feed.xml", **{condition: headers[validator]})
    assert (status, body) == (304, b"")


def test_changed_document_is_sent_again(server: DemoServer, folder: Path) -> None:
    _, headers, _ = get(server, "/outlet/feed.xml")
    (folder / "outlet" / "feed.xml").write_text("<rss/>", encoding="utf-8")
    status, _, body = get(server, "/outlet/feed.xml", If_None_Match=headers["ETag"])
    assert (status, body) == (200, b"<rss/>")


def test_other_etag_wins_over_a_date_that_would_match(server: DemoServer) -> None:
    _, headers, _ = get(server, "/outlet/feed.xml")
    status, _, _ = get(server, "/outlet/feed.xml", If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])
    assert status == 200


def test_date_that_is_none_is_ignored(server: DemoServer) -> None:
    assert get(server, "/outlet/feed.xml", If_Modified_Since="yesterday")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/outlet/../../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "//secret.html",
        "/outlet/a.html%00.html",
        "/outlet/link.html",
        "/outlet/notes.txt",
        "/outlet/",
        "/outlet/missing.html",
    ],
)
def test_nothing_but_pages_and_feeds_of_the_folder_is_served(server: DemoServer, folder: Path, path: str) -> None:
    (folder / "outlet" / "link.html").symlink_to(folder.parent / "secret.html")
    status, _, body = get(server, path)
    assert status == 404
    assert b"<p>secret</p>" not in body


def test_only_loopback_listens(server: DemoServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")


def test_preferred_port_is_used_when_free_and_left_alone_when_taken(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with DemoServer(folder, preferred_port=port) as elsewhere:
            assert elsewhere.url != f"http://127.0.0.1:{port}"
            assert get(elsewhere, "/outlet/a.html")[0] == 200
    with DemoServer(folder, preferred_port=port) as here:
        assert here.url == f"http://127.0.0.1:{port}"


def test_server_is_gone_after_its_context(folder: Path) -> None:
    with DemoServer(folder, preferred_port=FREE) as running:
        pass
    with pytest.raises(ConnectionRefusedError):
        get(running, "/outlet/a.html")


def test_every_sample_feed_but_the_broken_one_leads_to_pages_that_are_there() -> None:
    broken: list[str] = []
    pages: set[str] = set()
    with DemoServer(DEMO, preferred_port=FREE) as server:
        for url in server.feed_urls:
            entries = feedparser.parse(get(server, url.removeprefix(server.url))[2]).entries
            if not entries:
                broken.append(url.removeprefix(server.url))
            pages.update(entry.link.removeprefix(server.url) for entry in entries)
        missing = [page for page in pages if get(server, page)[0] != 200]
    assert missing == []
    assert broken == ["/fjord-gazette/feed.html"]
    assert len({page.split("/")[1] for page in pages}) >= 8
    assert pages == {
        f"/{file.relative_to(DEMO).as_posix()}" for file in DEMO.rglob("*.html") if file.name != "feed.html"
    }


def test_links_between_sample_pages_lead_to_sample_pages() -> None:
    hrefs = {
        href.split('"')[0]
        for file in DEMO.rglob("*.html")
        for href in file.read_text(encoding="utf-8").split('<a href="{{BASE}}')[1:]
    }
    stories = {href for href in hrefs if href.endswith(".html")}
    assert len(stories) >= 6
    assert [href for href in stories if not (DEMO / href.lstrip("/")).is_file()] == []


def test_of_a_client_that_hangs_up_nothing_is_said(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with DemoServer(folder, preferred_port=FREE) as server:
        before = threading.active_count()
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname or "", address.port or 0)) as client:
            client.sendall(b"GET /outlet/a.html HTTP/1.1\r\n")
            wait_for(lambda: threading.active_count() > before)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
        wait_for(lambda: threading.active_count() == before)
        assert get(server, "/outlet/a.html")[0] == 200
    assert capfd.readouterr().err == ""


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
