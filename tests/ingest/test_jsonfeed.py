"""JSON Feed, as its specification has it and as hostile servers write it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.errors import NotAFeed
from ingest.feed import Feed
from ingest.jsonfeed import parse_json_feed

NOW = datetime(2026, 3, 5, tzinfo=UTC)
VERSION = "https://jsonfeed.org/version/1.1"


def read(*items: object, version: str = VERSION) -> Feed:
    body = json.dumps({"version": version, "title": "T", "items": items}).encode()
    return parse_json_feed(body, url="https://a.example/feed.json", now=NOW)


def test_plain_text_is_not_read_as_markup() -> None:
    (entry,) = read({"id": "1", "content_text": "Use <b> & more.\n\nSecond."}).entries
    assert entry.content == "Use <b> & more.\nSecond."


def test_an_entry_is_what_its_item_says() -> None:
    item = {"id": 7, "url": "/1", "title": "A", "date_published": "2026-03-03T09:00:00+01:00", "author": {"name": "B"}}
    (entry,) = read(item).entries
    assert (entry.id, entry.url, entry.title, entry.author) == ("7", "https://a.example/1", "A", "B")
    assert entry.published_at == datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        {"id": "1", "url": "http://[bad", "title": "x"},
        {"id": "1", "url": "javascript:alert(1)"},
        {"id": "1", "url": 5},
        5,
        None,
    ],
)
def test_an_item_that_cannot_be_used_is_counted_and_harms_no_other(item: object) -> None:
    feed = read(item, {"id": "2", "url": "https://a.example/2"})
    assert ([entry.id for entry in feed.entries], feed.skipped) == (["2"], 1)


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "soon", 5, None])
def test_a_date_that_is_none_harms_nothing(date: object) -> None:
    (entry,) = read(
        {"id": "1", "url": "https://a.example/1", "date_published": date, "authors": [{"name": None}]}
    ).entries
    assert (entry.published_at, entry.author) == (None, None)


@pytest.mark.parametrize("version", ["https://evil.example/jsonfeed.org/version/1", "1"])
def test_other_json_is_no_feed(version: str) -> None:
    with pytest.raises(NotAFeed):
        read(version=version)


@pytest.mark.parametrize("body", [b"{" + b'"a":[' * 100_000, b'{"a":' + b"1" * 5000 + b"}", b'{"a"', b"{}"])
def test_broken_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        parse_json_feed(body, url="https://a.example/", now=NOW)
