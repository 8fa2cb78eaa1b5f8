"""Web archives: the articles in them, one bad record harming no other."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.article import Article
from ingest.errors import BadInput, IngestError, NoText
from ingest.files import read_path
from tests.ingest.test_pages import html

NOW = datetime(2026, 3, 9, tzinfo=UTC)


def record(url: str, status: str, kind: str, body: bytes) -> bytes:
    """A response as a crawler writes it."""
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-08T09:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(url):012d}>\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def write_archive(path: Path, *records: tuple[str, str, str, bytes]) -> Path:
    compress = gzip.compress if path.name.endswith(".gz") else bytes
    path.write_bytes(b"".join(compress(record(*each)) for each in records))
    return path


def read(path: Path) -> list[Article | IngestError]:
    return list(read_path(path, now=NOW))


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_pages_become_articles_and_other_records_are_passed_over(tmp_path: Path, name: str) -> None:
    page = ("https://www.herald.example/news/1?utm_source=x", "200 OK", "text/html; charset=utf-8", html())
    image = ("https://www.herald.example/a.png", "200 OK", "image/png", b"\x89PNG")
    missing = ("https://www.herald.example/2", "404 Not Found", "text/html", html())
    (article,) = read(write_archive(tmp_path / name, page, image, missing))
    assert isinstance(article, Article)
    assert (article.url, article.outlet) == ("https://www.herald.example/news/1", "Norland Herald")


def test_a_bad_record_harms_no_other(tmp_path: Path) -> None:
    empty = ("https://www.herald.example/1", "200 OK", "text/html", b"<html></html>")
    odd = ("javascript:alert(1)", "200 OK", "text/html", html())  # no page of the web: passed over
    good = ("https://www.herald.example/3", "200 OK", "text/html", html())
    first, second = read(write_archive(tmp_path / "a.warc.gz", empty, odd, good))
    assert isinstance(first, NoText)
    assert isinstance(second, Article)


def test_an_archive_that_breaks_off_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    good = ("https://www.herald.example/3", "200 OK", "text/html", html())
    path = write_archive(tmp_path / "a.warc.gz", good, good)
    path.write_bytes(path.read_bytes()[:-200])
    first, second = read(path)
    assert isinstance(first, Article)
    assert isinstance(second, BadInput)
    assert "breaks off" in str(second)


def test_an_archive_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"no archive at all" * 100)
    (error,) = read(tmp_path / "a.warc")
    assert isinstance(error, BadInput)
    assert "a.warc" in str(error)
