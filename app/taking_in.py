"""What the dashboard has done for it: the walk of `sayso ingest` on named pages, on feeds, and on the sample."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.context import count
from app.demo_server import DemoServer
from app.places import Here
from app.progress import Reporter
from app.settings import NETWORKS_VARIABLE
from app.walk import Tally, Walk
from graph.failures import Failure, retry_now
from graph.following import add_feeds, list_feeds, remove_feed
from graph.polls import save_polls
from graph.store import Store
from ingest.addresses import read_networks
from ingest.discovery import Discovery, Offer, discover
from ingest.errors import IngestError, NotPublic
from ingest.http import Fetcher
from ingest.polling import Poll, new_feed
from ingest.urls import clean_url
from ingest.workers import Workers

SAMPLE = Path(__file__).parents[1] / "data" / "demo"


def take_in_urls(store: Store, urls: Sequence[str], reporter: Reporter) -> Tally:
    """Fetch these pages, then read and link them."""
    return _walk(store, reporter, allowed_networks(), lambda walk, fetcher: walk.fetch_urls(fetcher, urls))


def poll_due(store: Store, reporter: Reporter) -> Tally:
    """Poll the feeds that are due, fetch what is new, then read and link it."""
    return _walk(store, reporter, allowed_networks(), lambda walk, fetcher: walk.follow_feeds(fetcher))


def retry(store: Store, chosen: Sequence[Failure], reporter: Reporter) -> Tally:
    """Try again now what failed, with all else that is due."""
    pages = retry_now(store, chosen, now=_now())

    async def collect(walk: Walk, fetcher: Fetcher) -> None:
        await walk.follow_feeds(fetcher)
        if pages:
            await walk.fetch_urls(fetcher, pages)

    return _walk(store, reporter, allowed_networks(), collect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding a feed: `words` for people, or the feeds that a site's page offers."""

    words: str
    offers: tuple[Offer, ...] = ()


def add_feed(store: Store, url: str, outlet: str | None = None) -> Added:
    """Follow what is at `url`, a feed's address or a site's, after a first look at it.

    Raises:
        IngestError: it is no address, or none that may be asked.
    """
    return asyncio.run(_add_feed(store, clean_url(url), outlet))


async def _add_feed(store: Store, url: str, outlet: str | None) -> Added:
    now = _now()
    state = new_feed(url, outlet, now=now)
    if any(url == followed.url for followed in list_feeds(store)):
        return Added(words="It is followed already.")
    with Workers(1) as workers:
        async with Fetcher(allowed=read_networks(allowed_networks())) as fetcher:
            try:
                found = await discover(fetcher, url, now=now, run=workers.run)
            except NotPublic:
                raise
            except IngestError as error:
                found = Discovery(poll=Poll(error=error))
    if found.poll is None:
        if found.offers:
            return Added(words="This is a page. It offers these feeds:", offers=found.offers)
        return Added(words="This is a page, and it names no feed. Give the address of the feed itself.")
    add_feeds(store, [state])
    (saved,) = save_polls(store, [(state, found.poll)], now=now)
    if found.poll.error is not None:
        return Added(words=f"It is followed, but could not be read now: {found.poll.error}")
    return Added(words=f"It is followed; it shows {count(saved.record.entries, 'entry', 'entries')}.")


def has_sample() -> bool:
    """Whether the sample outlets are at hand: they are part of a checkout and not of an installed sayso."""
    return SAMPLE.is_dir()


def load_sample(store: Store, reporter: Reporter) -> Tally:
    """Take in the sample outlets from a server of their own; their feeds are not followed afterwards."""
    with DemoServer(SAMPLE, preferred_port=0) as server:
        add_feeds(store, [new_feed(url, None, now=_now()) for url in server.feed_urls])
        try:
            return _walk(store, reporter, ("127.0.0.1",), lambda walk, fetcher: walk.follow_feeds(fetcher))
        finally:
            for url in server.feed_urls:
                remove_feed(store, url)


def allowed_networks() -> tuple[str, ...]:
    """The networks that may be asked although they are not public."""
    return tuple(os.environ.get(NETWORKS_VARIABLE, "").split())


def _walk(
    store: Store,
    reporter: Reporter,
    allowed: Sequence[str],
    collect: Callable[[Walk, Fetcher], Coroutine[Any, Any, None]],
) -> Tally:
    with Workers(1) as workers:
        walk = Walk(store, make_place=Here, clock=_now, reporter=reporter, run=workers.run)
        asyncio.run(_collect(walk, allowed, collect))
    walk.read_new()
    walk.link_new()
    return walk.tally


async def _collect(
    walk: Walk, allowed: Sequence[str], collect: Callable[[Walk, Fetcher], Coroutine[Any, Any, None]]
) -> None:
    async with Fetcher(allowed=read_networks(allowed)) as fetcher:
        await collect(walk, fetcher)


def _now() -> datetime:
    return datetime.now(UTC)
