"""Cleaning drops what tracks and nothing that tells two pages apart."""

from __future__ import annotations

import pytest

from ingest.errors import BadInput
from ingest.urls import MOST_URL_CHARACTERS, article_url, clean_url, domain_of


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=y", "https://a.example/x"),
        ("https://a.example/x#comments", "https://a.example/x"),
        (" https://a.example/x ", "https://a.example/x"),
        ("https://a.example/article.cfm?c_id=1&objectid=2", "https://a.example/article.cfm?c_id=1&objectid=2"),
        ("https://a.example/watch?v=abc", "https://a.example/watch?v=abc"),
        ("http://127.0.0.1:8360/a", "http://127.0.0.1:8360/a"),
        ("HTTPS://A.Example.:443/X", "https://a.example/X"),
        ("https://a.example/", "https://a.example"),
        ("https://a.example?p=1", "https://a.example/?p=1"),
        ("https://a.example/x?b=2&amp;a=1", "https://a.example/x?a=1&b=2"),
        ("https://a.example/x?ref=rss&source=feed", "https://a.example/x"),
        ("https://a.example/x?at_medium=RSS&at_campaign=64&ns_mchannel=rss&ito=1490", "https://a.example/x"),
        ("https://münchen.example/ä b", "https://xn--mnchen-3ya.example/%C3%A4%20b"),
        ("https://user:pw@a.example/feed", "https://user:pw@a.example/feed"),
    ],
)
def test_urls_are_cleaned(url: str, clean: str) -> None:
    assert clean_url(url) == clean
    assert clean_url(clean) == clean


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/story?12345", "/story?12346"),
        ("/photos?gallery=12", "/photos?gallery=13"),
        ("/x?reference=1", "/x?reference=2"),
        ("/x?cid=1", "/x?cid=2"),
        ("/x?eid=a", "/x?eid=b"),
        ("/web/https://b.example/1", "/web/https://b.example/2"),
        ("/share?url=https://b.example/1", "/share?url=https://b.example/2"),
        ("/#!/story/1", "/#!/story/2"),
        ("/{1}", "/{2}"),
        ("/x;1", "/x;2"),
        ("/x?q=%ff", "/x?q=%fe"),
    ],
)
def test_two_articles_stay_two(first: str, second: str) -> None:
    site = "https://a.example"
    assert clean_url(site + first) != clean_url(site + second)
    assert clean_url(site + first).startswith(site)


def test_the_credentials_in_an_article_are_dropped() -> None:
    assert article_url("https://bbc.example:x@a.example/1@2?utm_source=y") == "https://a.example/1@2"


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example:99999/",
        "https://a.example\\@b.example/",
        "https://a b.example/",
        "https://a.example/" + "x" * MOST_URL_CHARACTERS,
        "https://a.example/\ud800",
    ],
)
def test_a_url_that_no_server_could_have_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        clean_url(url)


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
