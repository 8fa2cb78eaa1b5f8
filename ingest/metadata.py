"""What a page says of itself in its head: JSON-LD, Open Graph, `rel=canonical`, language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.errors import BadInput
from ingest.urls import clean_url, domain_of, is_web_url

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
    articles = [item for item in described if "article" in str(item.get("@type", "")).lower()]
    return PageMetadata(
        canonical=_canonical(tree, url),
        title=metas.get("og:title") or metas.get("twitter:title"),
        outlet=metas.get("og:site_name") or _publisher(articles),
        language=_language(tree),
        published_at=_published_at(metas, articles),
        is_free=not any(_is_false(item.get("isAccessibleForFree")) for item in articles),
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
    waiting: list[Any] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                waiting.append(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting += item[:100]
        elif isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                waiting += item["@graph"][:100]


def _publisher(articles: list[dict[str, Any]]) -> str | None:
    for item in articles:
        publisher = item.get("publisher")
        publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str) and publisher["name"].strip():
            return str(publisher["name"]).strip()
    return None


def _published_at(metas: dict[str, str], articles: list[dict[str, Any]]) -> datetime | None:
    candidates = [item.get("datePublished") for item in articles] + [metas.get(name) for name in _DATE_METAS]
    return next((at for at in map(_time, candidates) if at is not None), None)


def _time(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) < len("2026-03-03T06:40"):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _canonical(tree: HtmlElement, url: str) -> str | None:
    """The canonical address, if it is on the same registrable domain: no page may speak for another outlet."""
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            try:
                canonical = clean_url(urljoin(url, link.get("href").strip()))
            except (BadInput, ValueError):
                return None
            # A saved page has no address of its own, so there the page's word is all there is.
            return canonical if not is_web_url(url) or domain_of(canonical) == domain_of(url) else None
    return None


def _language(tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    code = declared.replace("_", "-").split("-")[0].strip().lower()
    return code if len(code) == 2 and code.isalpha() else None


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")
