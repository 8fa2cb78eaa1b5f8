"""Finding the feeds of a site: what is at an address, the feed itself or a page that names its feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

import trafilatura

from ingest.charset import decode_page
from ingest.errors import BadInput, IngestError, NotAFeed
from ingest.feed import FeedState
from ingest.feeds import parse_feed
from ingest.http import Fetcher, Response
from ingest.polling import FEED_LIMIT_BYTES, Poll
from ingest.urls import clean_url
from ingest.workers import Run, run_here

MOST_OFFERS = 20
# Where feeds are when no page says so. Source: the paths that miniflux and FreshRSS try, and the makers of sites use.
USUAL_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
_FEED_KINDS = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that a page names; nobody has looked whether it is one."""

    url: str
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What is at an address: a feed, with the poll that found it, or a page with the feeds that it offers."""

    poll: Poll | None = None
    offers: tuple[Offer, ...] = ()


async def discover(
    fetcher: Fetcher, url: str, *, now: datetime, run: Run = run_here, asks_usual_places: bool = True
) -> Discovery:
    """Look at `url`, with one request. Where a page names no feed, the usual places of its site are asked too.

    Raises:
        IngestError: there is no answer; or (NotAFeed) something else than a page, that is no feed.
    """
    response = await fetcher.fetch(url, max_bytes=FEED_LIMIT_BYTES)
    try:
        return Discovery(poll=await _parse(response, url, now=now, run=run))
    except NotAFeed:
        if not _is_page(response):
            raise
    arguments = {"body": response.body, "url": response.url, "headers": dict(response.headers)}
    offers = await run(url, find_feed_links, **arguments)
    if not offers and asks_usual_places:
        offers = await _try_usual_paths(fetcher, response.url, now=now, run=run)
    return Discovery(offers=offers)


async def first_poll(fetcher: Fetcher, state: FeedState, *, now: datetime, run: Run = run_here) -> Poll:
    """Poll what has never been seen to be a feed. A site may have been followed while it could not be looked at.

    Where it is a page that names one feed, that feed is polled and followed; of several a person has to choose.
    """
    try:
        found = await discover(fetcher, state.poll_url, now=now, run=run, asks_usual_places=False)
        if found.poll is not None:
            return found.poll
        if len(found.offers) != 1:
            raise NotAFeed(state.url, _describe_site(state.url, found.offers))
        address = found.offers[0].url
        response = await fetcher.fetch(address, max_bytes=FEED_LIMIT_BYTES)
        return replace(await _parse(response, state.url, now=now, run=run), found_at=address)
    except IngestError as error:
        return Poll(error=error)


def _describe_site(url: str, offers: Sequence[Offer]) -> str:
    if not offers:
        return "this is a page, not a feed, and it names none; give the address of its feed: sayso feeds add URL"
    return f"this is a page with {len(offers)} feeds, {offers[0].url} the first; choose with: sayso feeds add {url}"


def find_feed_links(body: bytes, *, url: str, headers: Mapping[str, str]) -> tuple[Offer, ...]:
    """The feeds that a page names in `<link rel="alternate">`, each once, in its order."""
    tree = trafilatura.load_html(decode_page(body, headers))
    found: dict[str, Offer] = {}
    for link in tree.iter("link") if tree is not None else ():
        rels = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        if "alternate" not in rels or kind not in _FEED_KINDS or not link.get("href"):
            continue
        try:
            address = clean_url(urljoin(url, link.get("href").strip()))
        except (BadInput, ValueError):
            continue
        title = " ".join((link.get("title") or "").split()) or None
        found.setdefault(address, Offer(address, title))
    return tuple(found.values())[:MOST_OFFERS]


async def _try_usual_paths(fetcher: Fetcher, url: str, *, now: datetime, run: Run) -> tuple[Offer, ...]:
    """The first of the usual places that has a feed."""
    for path in USUAL_PATHS:
        try:
            response = await fetcher.fetch(urljoin(url, path), max_bytes=FEED_LIMIT_BYTES)
            poll = await _parse(response, url, now=now, run=run)
        except IngestError:
            continue
        return (Offer(response.url, poll.feed.title if poll.feed is not None else None),)
    return ()


async def _parse(response: Response, item: str, *, now: datetime, run: Run) -> Poll:
    headers = dict(response.headers)
    feed = await run(item, parse_feed, body=response.body, url=response.url, headers=headers, now=now)
    return Poll(status=response.status, headers=response.headers, moved_to=response.moved_to, feed=feed)


def _is_page(response: Response) -> bool:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or b"<html" in response.body[:2000].lower()
