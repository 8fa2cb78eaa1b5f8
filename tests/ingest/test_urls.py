"""Cleaning drops what tracks and nothing that tells two pages apart."""

from __future__ import annotations

import pytest

from ingest.errors import BadInput
from ingest.urls import clean_url, domain_of


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=y", "https://a.example/x"),
        ("https://a.example/x#comments", "https://a.example/x"),
        (" https://a.example/x ", "https://a.example/x"),
        ("https://a.example/article.cfm?c_id=1&objectid=2", "https://a.example/article.cfm?c_id=1&objectid=2"),
        ("https://a.example/watch?v=abc", "https://a.example/watch?v=abc"),
        ("http://127.0.0.1:8360/a", "http://127.0.0.1:8360/a"),
    ],
)
def test_urls_are_cleaned(url: str, clean: str) -> None:
    assert clean_url(url) == clean
    assert clean_url(clean) == clean


def test_what_is_not_of_the_web_is_refused() -> None:
    for url in ("", "x", "javascript:alert(1)", "file:///x", "http:///x"):
        with pytest.raises(BadInput):
            clean_url(url)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.bbc.co.uk/x", "bbc.co.uk"),
        ("http://127.0.0.1:8360/x", "127.0.0.1:8360"),
        ("http://localhost:80/", "localhost:80"),
        ("https://user:pw@a.example/", "a.example"),
    ],
)
def test_the_domain_is_the_one_that_is_registered(url: str, domain: str) -> None:
    assert domain_of(url) == domain
