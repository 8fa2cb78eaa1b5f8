"""What a page says of itself in its head: JSON-LD, Open Graph, `rel=canonical`, language."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from ingest.dates import parse_iso_time
from ingest.errors import BadInput
from ingest.urls import article_url, domain_of, is_web_url

_DATE_METAS = ("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """`None` where the page does not say. `published_at` only where a time of day is given."""

    canonical: str | None
    title: str | None
    outlet: str | None
    language: str | None
    published_at: datetime | None
    is_free: bool


def read_metadata(tree: HtmlElement, *, url: str) -> PageMetadata:
    """Read the head of a page that came from `url`."""
    metas = _metas(tree)
    described = list(_json_ld(tree))
    articles = [item for item in described if _is_article(item)]
    return PageMetadata(
        canonical=_canonical(tree, url),
        title=metas.get("og:title") or metas.get("twitter:title"),
        outlet=metas.get("og:site_name") or _publisher(articles),
        language=_language(tree),
        published_at=_published_at(metas, articles),
        is_free=not any(map(_is_paid, articles)),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the objects of all JSON-LD scripts, those in lists and graphs too; broken ones are passed over."""
    waiting: deque[Any] = deque()
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                waiting.append(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue
    while waiting:
        item = waiting.popleft()
        if isinstance(item, list):
            waiting += item[:100]
        elif isinstance(item, dict):
            yield item
            for name in ("@graph", "mainEntity"):
                if isinstance(item.get(name), list | dict):
                    waiting.append(item[name])


def _publisher(articles: list[dict[str, Any]]) -> str | None:
    for item in articles:
        publisher = item.get("publisher")
        publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        if isinstance(name, str) and name.strip():
            return " ".join(name.split())
    return None


def _published_at(metas: dict[str, str], articles: list[dict[str, Any]]) -> datetime | None:
    candidates = [item.get("datePublished") for item in articles] + [metas.get(name) for name in _DATE_METAS]
    return next((at for at in map(_time, candidates) if at is not None), None)


def _time(value: object) -> datetime | None:
    """A time of day; a mere date is left to trafilatura, which weighs more of the page."""
    return parse_iso_time(value) if isinstance(value, str) and len(value) >= len("2026-03-03T06:40") else None


def _canonical(tree: HtmlElement, url: str) -> str | None:
    """The canonical address, if it is on the same registrable domain: no page may speak for another outlet.

    A site that gives its front page as the canonical address of every article would make one article of all.
    """
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            try:
                canonical = article_url(urljoin(url, link.get("href").strip()))
            except (BadInput, ValueError):
                return None
            if _is_front(canonical) and not _is_front(url):
                return None
            # A saved page has no address of its own, so there the page's word is all there is.
            is_own = not is_web_url(url) or domain_of(canonical) == domain_of(article_url(url))
            return canonical if is_own else None
    return None


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _language(tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    code = declared.replace("_", "-").split("-")[0].strip().lower()
    return code if len(code) == 2 and code.isalpha() else None


def _is_article(item: dict[str, Any]) -> bool:
    kind = str(item.get("@type", "")).lower()
    return "article" in kind or "posting" in kind


def _is_paid(article: dict[str, Any]) -> bool:
    """Whether the article, or a part of it, is said not to be free. Source: Google's paywalled-content markup."""
    parts = article.get("hasPart")
    parts = parts if isinstance(parts, list) else [parts]
    return any(_is_false(item.get("isAccessibleForFree")) for item in [article, *parts] if isinstance(item, dict))


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")
