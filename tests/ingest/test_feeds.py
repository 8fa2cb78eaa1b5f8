"""Feed documents: what is one, what its entries say as plain text, and what is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.errors import NotAFeed
from ingest.feed import Feed
from ingest.feeds import parse_feed

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
URL = "https://herald.example/feed"


def parse(body: str | bytes, **headers: str) -> Feed:
    return parse_feed(body.encode() if isinstance(body, str) else body, url=URL, headers=headers, now=NOW)


def rss(items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Norland &amp; Co</title>{items}</channel></rss>'


def test_an_entry_is_plain_text_with_a_whole_address_and_a_utc_time() -> None:
    feed = parse(
        rss(
            "<item><title>Plant &lt;b&gt;leaked&lt;/b&gt;</title><link>/a?x=1</link><guid isPermaLink='false'>7</guid>"
            "<pubDate>Tue, 03 Mar 2026 09:20:00 +0100</pubDate>"
            "<description>&lt;p&gt;One.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
            "&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;</description></item>"
        )
    )
    (entry,) = feed.entries
    assert feed.title == "Norland & Co"
    assert (entry.id, entry.url, entry.title) == ("7", "https://herald.example/a?x=1", "Plant leaked")
    assert entry.summary == "One.\nTwo & three."
    assert entry.published_at == datetime(2026, 3, 3, 8, 20, tzinfo=UTC)


def test_identity_is_the_guid_then_the_address_then_what_it_says() -> None:
    feed = parse(
        rss(
            "<item><guid isPermaLink='false'>g</guid><link>https://a.example/1</link></item>"
            "<item><link>https://a.example/2</link></item>"
            "<item><description>Only text</description></item>"
        )
    )
    assert [entry.id for entry in feed.entries][:2] == ["g", "https://a.example/2"]
    assert len(feed.entries[2].id) == 64


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::1"])
def test_an_address_that_is_not_of_the_web_is_dropped_and_the_text_kept(link: str) -> None:
    (entry,) = parse(rss(f"<item><guid>1</guid><link>{link}</link><description>Text</description></item>")).entries
    assert (entry.url, entry.summary) == (None, "Text")


def test_an_entry_with_nothing_to_read_is_counted_and_left_out() -> None:
    feed = parse(rss("<item><title>Only a title</title></item><item><link>https://a.example/</link></item>"))
    assert (len(feed.entries), feed.skipped) == (1, 1)


def test_a_date_in_the_future_is_no_date() -> None:
    feed = parse(rss("<item><link>https://a.example/</link><pubDate>Tue, 03 Mar 2030 09:20:00 GMT</pubDate></item>"))
    assert feed.entries[0].published_at is None


def test_a_body_that_is_a_path_is_not_opened() -> None:
    with pytest.raises(NotAFeed):
        parse(b"/etc/passwd")


def test_a_feed_that_breaks_off_gives_the_entries_that_are_whole() -> None:
    whole = rss("<item><link>https://a.example/1</link></item><item><link>https://a.example/2</link></item>")
    assert len(parse(whole[: whole.index("<item><link>https://a.example/2")]).entries) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<!doctype html><html><body>Please log in</body></html>", "HTML page"),
        ('<?xml version="1.0"?><rss version="2.0"><channel><title>T</ti', "breaks off"),
        ('<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>', "breaks off"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>', "breaks off"),
        ('<?xml version="1.0" encoding="utf-16"?><rss version="2.0"><channel>'.encode("utf-16"), "breaks off"),
        ("plain words", "begins with 'plain words'"),
        ('{"a": 1}', "no JSON Feed"),
        ("{broken", "begins like JSON"),
    ],
)
def test_what_is_no_feed_is_described(body: str, words: str) -> None:
    with pytest.raises(NotAFeed, match=words):
        parse(body)


def test_an_empty_but_whole_feed_is_a_feed() -> None:
    assert parse(rss("")).entries == ()


def test_json_feeds_are_read() -> None:
    items = [
        {
            "id": 1,
            "url": "/1",
            "title": "One",
            "content_html": "<p>A</p><p>B</p>",
            "date_published": "2026-03-03T09:00:00+01:00",
        },
        {"id": "2", "external_url": "https://b.example/", "authors": [{"name": "Ada"}, {"name": "Ben"}]},
        "nonsense",
    ]
    feed = parse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items}))
    first, second = feed.entries
    assert (first.id, first.url, first.content) == ("1", "https://herald.example/1", "A\nB")
    assert first.published_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert (second.url, second.author, feed.skipped) == ("https://b.example/", "Ada, Ben", 1)


@pytest.mark.parametrize(
    "body",
    [
        rss(""),
        rss("").replace("?>", ' encoding="utf-16"?>').encode("utf-16"),
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title></feed>\n<!-- served in 3 ms -->',
    ],
)
def test_a_feed_without_entries_is_a_feed(body: str | bytes) -> None:
    assert parse(body).entries == ()


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("<title type='text'>How &lt;canvas&gt; &amp; AT&amp;T won</title>", "How <canvas> & AT&T won"),
        ("<title>1 &lt; 2</title>", "1 < 2"),
        ("<title type='html'>How &lt;b&gt;they&lt;/b&gt; won &amp;amp; lost</title>", "How they won & lost"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>How <b>they</b> won</div></title>",
            "How they won",
        ),
    ],
)
def test_what_atom_calls_text_is_taken_literally(title: str, line: str) -> None:
    entry = f"<entry><id>1</id><link href='https://a.example/1'/>{title}</entry>"
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entry}</feed>"
    assert [entry.title for entry in parse(body).entries] == [line]


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("AT&amp;T won", "AT&T won"),
        ("AT&amp;amp;T won", "AT&T won"),
        ("It&amp;#8217;s &lt;i&gt;on&lt;/i&gt;", "It’s on"),
    ],
)
def test_what_rss_escapes_once_or_twice_reads_the_same(title: str, line: str) -> None:
    item = f"<item><link>https://a.example/1</link><title>{title}</title></item>"
    assert [e.title for e in parse(f"<rss version='2.0'><channel>{item}</channel></rss>").entries] == [line]


def test_what_of_feedparser_is_remembered_is_still_what_it_uses() -> None:
    import feedparser.mixin

    for name in ("_urljoin", "make_safe_absolute_uri"):
        before = getattr(feedparser.mixin, name).cache_info()
        parse(rss(f"<item><title>T</title><link>/{name}</link></item>"))
        after = getattr(feedparser.mixin, name).cache_info()
        assert after.hits + after.misses > before.hits + before.misses
