"""JSON Feed (versions 1 and 1.1) → `Feed`; feedparser 6 does not read it. Source: the JSON Feed specification."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from ingest.dates import parse_iso_time
from ingest.errors import NotAFeed
from ingest.feed import Entry, Feed
from ingest.feeds import MOST_ENTRIES, make_entry, make_feed

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")


def looks_like_json(body: bytes) -> bool:
    return body[:200].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{")


def parse_json_feed(body: bytes, *, url: str, now: datetime) -> Feed:
    """Read a JSON Feed document.

    Raises:
        NotAFeed: it is other JSON, or none.
    """
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(url, f"this is no feed: it begins like JSON but is none ({error})") from error
    version = document.get("version") if isinstance(document, dict) else None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(version, str) or not _VERSION.match(version) or not isinstance(items, list):
        raise NotAFeed(url, "this is JSON but no JSON Feed")
    return make_feed(
        title=document.get("title"),
        site_url=document.get("home_page_url"),
        language=document.get("language"),
        entries=[_entry(item, url, now) for item in items[:MOST_ENTRIES]],
    )


def _entry(item: Any, base: str, now: datetime) -> Entry | None:
    if not isinstance(item, dict):
        return None
    return make_entry(
        guid=str(item["id"]) if item.get("id") not in (None, "") else None,
        url=_link(item, base),
        title=_text(item, "title") or "",
        summary=_text(item, "summary"),
        content=_text(item, "content_html") or html.escape(_text(item, "content_text") or "") or None,
        author=_author(item),
        published_at=parse_iso_time(_text(item, "date_published") or ""),
        now=now,
    )


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) else None


def _link(item: dict[str, Any], base: str) -> str | None:
    link = _text(item, "url") or _text(item, "external_url")
    try:
        return urljoin(base, link) if link else None
    except ValueError:
        return None


def _author(item: dict[str, Any]) -> str | None:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_text(author, "name") for author in authors or [] if isinstance(author, dict)]
    return ", ".join(name for name in names if name) or None
