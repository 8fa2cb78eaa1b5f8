"""The way of an article: feeds → entries → pages → articles → annotations → graph.

Each arrow ends in the store, and what is still to do is found there by a query, so that the walk can be stopped at any
moment and run again: nothing is done twice and nothing is lost. The failure of an item is recorded and harms no other.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from app.progress import Reporter
from graph.annotating import save_annotation
from graph.articles import UnreadVersion, count_unread, save_article, unread_versions
from graph.errors import StoreError
from graph.failures import record_failure
from graph.following import (
    PendingEntry,
    PollRecord,
    compare_entries,
    due_feeds,
    pending_entries,
    save_entry_article,
    save_poll,
)
from graph.store import Store
from ingest.article import Article
from ingest.errors import HostPaused, IngestError, RetryLater, Unreachable
from ingest.feed import FeedState
from ingest.http import Fetcher
from ingest.pages import fetch_article
from ingest.polling import Poll, after_failure, after_pause, after_success, has_gap, poll
from ingest.robots import Robots
from ingest.workers import Run, run_here
from nlp.annotation import Annotation

log = logging.getLogger(__name__)

FEEDS_AT_ONCE = 16
PAGES_AT_ONCE = 8
HOSTS_TO_DOUBT_OUR_NETWORK = 2


class TextReader(Protocol):
    """What reads texts: `nlp.reader.Reader`."""

    version: str

    def read(self, texts: Iterable[str]) -> Iterator[Annotation]: ...


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a walk has done. `problems` are the messages of the items that failed."""

    feeds: int = 0
    entries: int = 0
    articles: int = 0
    known: int = 0
    read: int = 0
    attributions: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be done on one item, and what its failure is recorded under."""

    stage: str
    item: str
    do: Callable[[], Awaitable[None]]


class Walk:
    """Takes articles from the outside world into the graph of one store."""

    def __init__(
        self,
        store: Store,
        *,
        make_reader: Callable[[], TextReader],
        clock: Callable[[], datetime],
        reporter: Reporter,
        run: Run = run_here,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._random = random
        self._run = run
        self._make_reader = make_reader
        self._clock = clock
        self._reporter = reporter
        self.tally = Tally()

    async def follow_feeds(self, fetcher: Fetcher) -> None:
        """Poll the feeds that are due, then fetch the pages of all entries whose article is not held yet."""
        await self._poll_feeds(fetcher)
        robots = Robots(fetcher)
        pages = [
            _Work("fetch", pending.item, partial(self._fetch_page, fetcher, robots, pending))
            for pending in pending_entries(self._store, now=self._clock())
        ]
        await self._do_all("Fetching pages", pages, PAGES_AT_ONCE)

    async def fetch_urls(self, fetcher: Fetcher, urls: Iterable[str]) -> None:
        """Fetch these pages and store their articles."""
        pages = [_Work("fetch", url, partial(self._fetch_url, fetcher, url)) for url in urls]
        await self._do_all("Fetching pages", pages, PAGES_AT_ONCE)

    def take_in(self, articles: Iterable[Article | IngestError]) -> None:
        """Store articles that are at hand; an error among them is a failed item."""
        with self._reporter.stage("Taking in", None) as stage:
            for article in articles:
                if isinstance(article, IngestError):
                    self._fail("take in", article.item, article)
                else:
                    self._count(save_article(self._store, article, now=self._clock()).is_new)
                stage.advance()

    def read_new(self) -> None:
        """Read every version that is not read yet and write what was found into the graph."""
        waiting = count_unread(self._store, now=self._clock())
        if not waiting:
            return
        reader = self._make_reader()
        with self._reporter.stage("Reading", waiting) as stage:
            for batch in unread_versions(self._store, now=self._clock()):
                for version, annotation in self._read_batch(reader, batch):
                    self._save_reading(version, annotation, reader.version)
                    stage.advance()

    async def _poll_feeds(self, fetcher: Fetcher) -> None:
        """Poll what is due. Where not one host can be reached, it is our own network, and no feed is to blame."""
        unreachable: list[tuple[FeedState, IngestError]] = []
        states = due_feeds(self._store, now=self._clock())
        polls = [_Work("poll", state.url, partial(self._poll_feed, fetcher, state, unreachable)) for state in states]
        await self._do_all("Polling feeds", polls, FEEDS_AT_ONCE)
        hosts = {urlsplit(state.poll_url).netloc for state, _ in unreachable}
        if len(unreachable) == len(states) and len(hosts) >= HOSTS_TO_DOUBT_OUR_NETWORK:
            self.tally.problems.append(
                f"none of {len(hosts)} hosts can be reached: is this machine offline? No feed is blamed for it"
            )
            return
        for state, error in unreachable:
            self._save_failed_poll(state, error)

    async def _poll_feed(
        self, fetcher: Fetcher, state: FeedState, unreachable: list[tuple[FeedState, IngestError]]
    ) -> None:
        outcome = await poll(fetcher, state, now=self._clock(), run=self._run)
        if isinstance(outcome.error, Unreachable):
            unreachable.append((state, outcome.error))
        elif outcome.error is not None:
            self._save_failed_poll(state, outcome.error)
        else:
            self._save_poll(state, outcome)

    def _save_poll(self, state: FeedState, outcome: Poll) -> None:
        now = self._clock()
        entries = outcome.feed.entries if outcome.feed is not None else ()
        seen, overlap = compare_entries(self._store, state, entries)
        after = after_success(state, outcome, overlap, now=now, chance=self._random())
        record = PollRecord(
            status=outcome.status,
            outcome="unchanged" if outcome.status == 304 else f"{overlap.new} new of {overlap.entries}",
            entries=overlap.entries,
            new=overlap.new,
            is_gap=has_gap(state, overlap),
        )
        save_poll(self._store, after, seen, record, now=now)
        self.tally.feeds += 1
        self.tally.entries += overlap.new

    def _save_failed_poll(self, state: FeedState, error: IngestError) -> None:
        now = self._clock()
        if isinstance(error, HostPaused):
            after = after_pause(state, error, now=now, chance=self._random())
        else:
            after = after_failure(state, error, now=now, chance=self._random())
        record = PollRecord(status=getattr(error, "status", None), outcome=after.last_error or after.due_reason)
        save_poll(self._store, after, [], record, now=now)
        self._fail("poll", state.url, error, next_try_at=after.next_due_at)

    async def _fetch_page(self, fetcher: Fetcher, robots: Robots, pending: PendingEntry) -> None:
        url = pending.entry.url or pending.item
        article = await fetch_article(
            fetcher, url, now=self._clock(), entry=pending.entry, outlet=pending.outlet, robots=robots, run=self._run
        )
        saved = save_entry_article(self._store, pending, article, now=self._clock())
        self._count(saved.is_new)

    async def _fetch_url(self, fetcher: Fetcher, url: str) -> None:
        article = await fetch_article(fetcher, url, now=self._clock(), run=self._run)
        self._count(save_article(self._store, article, now=self._clock()).is_new)

    async def _do_all(self, name: str, work: list[_Work], at_once: int) -> None:
        """Do all of `work`, `at_once` items at a time. Only an error of the store stops the others."""
        queue = iter(work)
        with self._reporter.stage(name, len(work)) as stage:

            async def worker() -> None:
                for each in queue:
                    await self._do(each)
                    stage.advance()

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(at_once, len(work))):
                        group.create_task(worker())
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None

    async def _do(self, work: _Work) -> None:
        try:
            await work.do()
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  the per-item loop: whatever one page does, the others are fetched
            self._fail(work.stage, work.item, error)

    def _read_batch(
        self, reader: TextReader, batch: list[UnreadVersion]
    ) -> Iterator[tuple[UnreadVersion, Annotation | Exception]]:
        """Read a batch; where the batch as a whole fails, one by one, so that one bad text costs only itself."""
        try:
            annotations = list(reader.read(version.text for version in batch))
        except Exception:
            log.warning("a batch of %d texts failed; reading them one by one", len(batch), exc_info=True)
            for version in batch:
                yield version, self._read_one(reader, version)
            return
        yield from zip(batch, annotations, strict=True)

    def _read_one(self, reader: TextReader, version: UnreadVersion) -> Annotation | Exception:
        try:
            return next(iter(reader.read([version.text])))
        except Exception as error:  # noqa: BLE001  the per-item loop: whatever a text does, the others are read
            return error

    def _save_reading(self, version: UnreadVersion, annotation: Annotation | Exception, pipeline: str) -> None:
        if isinstance(annotation, Exception):
            self._fail("read", version.url, annotation)
            return
        try:
            save_annotation(self._store, version.version_id, annotation, pipeline_version=pipeline, now=self._clock())
        except StoreError:
            raise
        except ValueError as error:
            self._fail("read", version.url, error)
            return
        if annotation.language not in (None, "en"):
            self.tally.problems.append(
                f"{version.url}: stored but not read: its language seems to be '{annotation.language}', "
                "and sayso reads English"
            )
        self.tally.read += 1
        self.tally.attributions += len(annotation.attributions)

    def _count(self, is_new: bool) -> None:
        if is_new:
            self.tally.articles += 1
        else:
            self.tally.known += 1

    def _fail(self, stage: str, item: str, error: Exception, *, next_try_at: datetime | None = None) -> None:
        is_retry = isinstance(error, RetryLater) or next_try_at is not None
        record_failure(
            self._store,
            stage=stage,
            item=item,
            error=error,
            now=self._clock(),
            is_final=not is_retry,
            next_try_at=next_try_at,
            retry_after_seconds=error.retry_after_seconds if isinstance(error, RetryLater) else None,
        )
        is_ours = isinstance(error, IngestError)
        self.tally.problems.append(str(error) if is_ours else f"{item}: {type(error).__name__}: {error}")
