"""What a page says of itself, believed as far as it may be."""

from __future__ import annotations

import json
import time

import pytest
import trafilatura

from ingest.metadata import PageMetadata, read_metadata

URL = "https://www.herald.example/news/1"


def read(head: str) -> PageMetadata:
    return read_metadata(trafilatura.load_html(f"<html><head>{head}</head><body><p>x</p></body></html>"), url=URL)


def described(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://m.herald.example/1", "https://m.herald.example/1"),
        ("https://herald.example/", None),
        ("https://user:pw@herald.example/1", "https://herald.example/1"),
        ("https://other.example/1", None),
        ("http://[bad", None),
    ],
)
def test_a_canonical_address_is_one_article_of_the_same_site(href: str, canonical: str | None) -> None:
    assert read(f'<link rel="canonical" href="{href}">').canonical == canonical


@pytest.mark.parametrize(
    ("value", "is_free"),
    [
        ({"@type": "NewsArticle", "isAccessibleForFree": "False"}, False),
        ({"@type": ["NewsArticle"], "isAccessibleForFree": False}, False),
        ({"@type": "LiveBlogPosting", "isAccessibleForFree": False}, False),
        ({"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "Article", "isAccessibleForFree": False}}]}, False),
        ({"@type": "Article", "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}}, False),
        ({"@type": "Article", "hasPart": [None, {"@type": "WebPageElement"}], "isAccessibleForFree": True}, True),
        ({"@type": "Event", "isAccessibleForFree": False}, True),
        ([None, 1, "x", {"@graph": {"a": 1}}, {"@type": None}], True),
    ],
)
def test_a_paywall_is_known_by_what_the_article_says(value: object, is_free: bool) -> None:
    assert read(described(value)).is_free is is_free


@pytest.mark.parametrize("publisher", ["Herald", {"name": " Herald "}, [{"name": "Herald"}]])
def test_the_publisher_is_named_in_several_ways(publisher: object) -> None:
    assert read(described({"@type": "Article", "publisher": publisher})).outlet == "Herald"


def test_a_date_at_the_edge_of_the_calendar_is_none() -> None:
    assert read(described({"@type": "Article", "datePublished": "0001-01-01T00:00:00+14:00"})).published_at is None


def test_many_objects_take_no_longer_than_reading_them() -> None:
    nested: object = [[[{}] * 100] * 100] * 30
    started = time.perf_counter()
    assert read(described(nested)).is_free
    assert time.perf_counter() - started < 5
