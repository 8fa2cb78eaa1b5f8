"""Feed documents → `Feed`: RSS and Atom through feedparser, JSON Feed by our own reader.

A document counts as a feed if its version is known or it has entries; many real feeds are not well-formed and give all
their entries. What an entry says is reduced to plain text, and its URLs to http and https.
"""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import urljoin

import feedparser
import feedparser.mixin

from ingest.article import MOST_LINKS, Link
from ingest.errors import NotAFeed
from ingest.feed import Entry, Feed
from ingest.plain import html_to_line, html_to_text, read_html
from ingest.urls import MOST_URL_CHARACTERS, is_web_url

# feedparser resolves the same few addresses anew for each element of a feed: a tenth of its time. Both are functions
# of their arguments alone; tests/ingest/test_feeds.py holds that they are still there and used.
feedparser.mixin._urljoin = lru_cache(maxsize=256)(feedparser.mixin._urljoin)
feedparser.mixin.make_safe_absolute_uri = lru_cache(maxsize=256)(feedparser.mixin.make_safe_absolute_uri)

MOST_ENTRIES = 2000
# A date further ahead than this is a mistake of the publisher.
FUTURE_SLACK = timedelta(days=1)
_ROOT = re.compile(rb"<((?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf|channel))[\s>]", re.IGNORECASE)


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str], now: datetime) -> Feed:
    """Read a feed document that came from `url`.

    Raises:
        NotAFeed: it is none; the message says what it looks like.
    """
    from ingest.jsonfeed import looks_like_json, parse_json_feed

    if looks_like_json(body):
        return parse_json_feed(body, url=url, now=now)
    document = read_document(body, url=url, headers=headers)
    return reduce_document(document, body, url=url, now=now)


def reduce_document(document: Any, body: bytes, *, url: str, now: datetime) -> Feed:
    """What sayso keeps of feedparser's dictionary. Raises NotAFeed as `parse_feed`."""
    if not document.entries and (not document.get("version") or looks_truncated(body)):
        raise NotAFeed(url, describe_non_feed(body))
    return make_feed(
        title=document.feed.get("title"),
        site_url=document.feed.get("link"),
        language=document.feed.get("language"),
        entries=[_entry(raw, url, now) for raw in document.entries[:MOST_ENTRIES]],
        least_interval_seconds=_least_interval(document.feed),
    )


def read_document(body: bytes, *, url: str, headers: Mapping[str, str]) -> Any:
    """Read RSS or Atom into feedparser's own dictionary, with the HTML inside as it is."""
    # BytesIO: feedparser would take bytes that look like a path or a URL for one, and open it.
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-location": url, "content-type": "application/xml", **headers},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def make_feed(
    *,
    title: object,
    site_url: object,
    language: object,
    entries: list[Entry | None],
    least_interval_seconds: float | None = None,
) -> Feed:
    """Put a feed together; an entry that could not be used is `None` and is counted."""
    usable = list(dict.fromkeys(entry for entry in entries if entry is not None))
    return Feed(
        title=html_to_line(title) or None if isinstance(title, str) else None,
        site_url=site_url if isinstance(site_url, str) and is_web_url(site_url) else None,
        language=language.split("-")[0].lower() or None if isinstance(language, str) else None,
        entries=tuple(usable),
        least_interval_seconds=least_interval_seconds,
        skipped=sum(entry is None for entry in entries),
    )


def make_entry(
    *,
    guid: str | None,
    url: str | None,
    title: str,
    summary: str | None,
    content: str | None,
    author: str | None,
    published_at: datetime | None,
    now: datetime,
) -> Entry | None:
    """Put an entry together from HTML fields; `None` where it has neither a web address nor text."""
    address = url if url and is_web_url(url) else None
    text, links = read_html(content) if content else (None, [])
    short = html_to_text(summary) if summary else None
    line = html_to_line(title)
    if address is None and not text and not short:
        return None
    identity = guid or address or sha256(f"{line}\n{short}\n{published_at}".encode("utf-8", "replace")).hexdigest()
    return Entry(
        id=identity,
        has_guid=guid is not None,
        url=address,
        title=line or address or "untitled",
        summary=short or None,
        content=text or None,
        author=(html_to_line(author) or None) if author else None,
        published_at=published_at if published_at is not None and published_at <= now + FUTURE_SLACK else None,
        links=tuple(
            Link(url=target, text=words) for target, words in links[:MOST_LINKS] if len(target) <= MOST_URL_CHARACTERS
        ),
    )


# Of sy:updatePeriod. Source: the RSS 1.0 syndication module; "dayly" is a spelling that real feeds have.
_PERIOD_SECONDS = {"hourly": 3600, "daily": 86400, "dayly": 86400, "weekly": 604800, "monthly": 2592000}


def _least_interval(head: Any) -> float | None:
    """The longer of `ttl` (minutes) and `sy:updatePeriod` / `sy:updateFrequency`."""
    asked = []
    ttl = str(head.get("ttl", "")).strip()
    if ttl.isdecimal():
        asked.append(int(ttl[:6]) * 60.0)
    period = _PERIOD_SECONDS.get(str(head.get("sy_updateperiod", "")).strip().lower())
    if period is not None:
        frequency = str(head.get("sy_updatefrequency", "1")).strip()
        asked.append(period / max(1, int(frequency[:4]) if frequency.isdecimal() else 1))
    return max(asked, default=None)


def looks_truncated(body: bytes) -> bool:
    """Whether a document breaks off: its first element is not closed at its end.

    A feed that broke off before its first entry must not pass for an empty one, whose validators would be kept.
    """
    text = body.replace(b"\0", b"")  # UTF-16 and UTF-32, as far as tags go
    root = _ROOT.search(text)
    return root is not None and text.rfind(b"</" + root.group(1)) < root.end()


def describe_non_feed(body: bytes) -> str:
    """What a document that is no feed looks like, for people."""
    head = body[:2000].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf\r\n\t ").lower()
    if not head:
        return "this is no feed: the answer is empty"
    if head.startswith(b"<!doctype html") or b"<html" in head:
        return (
            "this is no feed but an HTML page; is the address that of the site, or does it ask for a login or consent?"
        )
    if b"<rss" in head or b"<feed" in head or b"<rdf" in head:
        return "the feed breaks off before its first entry"
    return f"this is no feed; it begins with {head[:40].decode('utf-8', 'replace')!r}"


def _entry(raw: Any, base: str, now: datetime) -> Entry | None:
    contents = [_escape_plain(part) for part in raw.get("content", [])]
    return make_entry(
        guid=raw.get("id") or None,
        url=_link(raw, base),
        title=_html(raw, "title") or "",
        summary=_html(raw, "summary"),
        content=max(contents, key=len, default=None),
        author=raw.get("author"),
        published_at=_time(raw.get("published_parsed") or raw.get("updated_parsed")),
        now=now,
    )


def _html(raw: Any, name: str) -> str | None:
    detail = raw.get(f"{name}_detail")
    return raw.get(name) if detail is None else _escape_plain(detail)


def _escape_plain(detail: Any) -> str:
    """A text of feedparser's as HTML; what Atom, or feedparser's guess for RSS, calls plain is taken literally."""
    value = detail.get("value") or ""
    return escape(value, quote=False) if detail.get("type") == "text/plain" else value


def _link(raw: Any, base: str) -> str | None:
    link = raw.get("link")
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return None


def _time(parsed: Any) -> datetime | None:
    """feedparser gives UTC as a `struct_time`; years that no calendar knows give none."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
