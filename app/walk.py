"""The way of an article: feeds → entries → pages → articles → annotations → graph.

Each arrow ends in the store, and what is still to do is found there by a query, so that the walk can be stopped at any
moment and run again: nothing is done twice and nothing is lost. The failure of an item is recorded and harms no other.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from app.batches import BATCH, Batches
from app.progress import Reporter
from app.turns import Turns
from graph.annotating import save_annotation
from graph.articles import UnreadVersion, count_unread, save_article, unread_versions
from graph.errors import StoreError
from graph.failures import record_failure
from graph.following import (
    PendingEntry,
    count_due,
    count_pending,
    due_feeds,
    pending_entries,
    save_entry_articles,
)
from graph.linking import Encoder, Linker, count_unlinked
from graph.polls import save_polls
from graph.store import Store
from ingest.article import Article
from ingest.errors import IngestError, RetryLater, Unreachable
from ingest.feed import FeedState
from ingest.http import Fetcher
from ingest.pages import fetch_article
from ingest.polling import Poll, poll
from ingest.robots import Robots
from ingest.workers import Run, run_here
from nlp.annotation import Annotation
from nlp.sentences import SentenceEncoder

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

FEEDS_AT_ONCE = 32
PAGES_AT_ONCE = 16
HOSTS_TO_DOUBT_OUR_NETWORK = 2


class TextReader(Protocol):
    """What reads texts: `nlp.reader.Reader`."""

    @property
    def version(self) -> str: ...

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


class Walk:
    """Takes articles from the outside world into the graph of one store."""

    def __init__(
        self,
        store: Store,
        *,
        make_reader: Callable[[], TextReader],
        make_encoder: Callable[[], Encoder] = SentenceEncoder,
        clock: Callable[[], datetime],
        reporter: Reporter,
        run: Run = run_here,
        random: Callable[[], float] = random.random,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_stopping` is asked before each item; when it says so, no more are taken up."""
        self._store = store
        self._random = random
        self._run = run
        self._make_reader = make_reader
        self._make_encoder = make_encoder
        self._clock = clock
        self._reporter = reporter
        self._is_stopping = is_stopping
        self.tally = Tally()

    async def follow_feeds(self, fetcher: Fetcher) -> None:
        """Poll the feeds that are due, then fetch the pages of all entries whose article is not held yet."""
        await self._poll_feeds(fetcher)
        robots = Robots(fetcher)
        now = self._clock()
        await self._do_all(
            "Fetching pages",
            count_pending(self._store, now=now),
            pending_entries(self._store, now=now),
            partial(self._fetch_page, fetcher, robots),
            self._save_pages,
            PAGES_AT_ONCE,
        )

    async def fetch_urls(self, fetcher: Fetcher, urls: Sequence[str]) -> None:
        """Fetch these pages and store their articles."""
        fetch = partial(fetch_article, fetcher, now=self._clock(), run=self._run)
        await self._do_all("Fetching pages", len(urls), iter(urls), fetch, self._save_named_pages, PAGES_AT_ONCE)

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
                if self._is_stopping():
                    return
                for version, annotation in self._read_batch(reader, batch):
                    self._save_reading(version, annotation, reader.version)
                    stage.advance()

    def link_new(self) -> None:
        """Join the claims that are not linked yet with those that say the same."""
        waiting = count_unlinked(self._store)
        if not waiting:
            return
        linker = Linker(self._store, self._make_encoder(), index_path=self._store.beside("claims.index"))
        with self._reporter.stage("Linking", waiting) as stage:
            for linked in linker.link_new():
                for _ in range(linked):
                    stage.advance()
        linker.save_index()

    async def _poll_feeds(self, fetcher: Fetcher) -> None:
        """Poll what is due. Where not one host can be reached, it is our own network, and no feed is to blame."""
        unreachable: list[tuple[FeedState, Poll]] = []
        now = self._clock()
        due = count_due(self._store, now=now)
        await self._do_all(
            "Polling feeds",
            due,
            due_feeds(self._store, now=now),
            partial(self._poll_feed, fetcher),
            partial(self._save_polls, unreachable),
            FEEDS_AT_ONCE,
        )
        hosts = {urlsplit(state.poll_url).netloc for state, _ in unreachable}
        if len(unreachable) == due and len(hosts) >= HOSTS_TO_DOUBT_OUR_NETWORK:
            self.tally.problems.append(
                f"none of {len(hosts)} hosts can be reached: is this machine offline? No feed is blamed for it"
            )
            return
        for start in range(0, len(unreachable), BATCH):
            self._save_finished_polls(unreachable[start : start + BATCH])

    async def _poll_feed(self, fetcher: Fetcher, state: FeedState) -> Poll:
        return await poll(fetcher, state, now=self._clock(), run=self._run)

    def _save_polls(
        self, unreachable: list[tuple[FeedState, Poll]], finished: Sequence[tuple[FeedState, Poll | Exception]]
    ) -> None:
        """Save polls, but hold back those that reached no server: the end of all of them tells whose fault it is."""
        polled: list[tuple[FeedState, Poll]] = []
        for state, outcome in finished:
            if isinstance(outcome, Exception):
                self._fail("poll", state.url, outcome)
            elif isinstance(outcome.error, Unreachable):
                unreachable.append((state, outcome))
            else:
                polled.append((state, outcome))
        if polled:
            self._save_finished_polls(polled)

    def _save_finished_polls(self, finished: Sequence[tuple[FeedState, Poll]]) -> None:
        saved = save_polls(self._store, finished, now=self._clock(), chance=self._random)
        for (_, outcome), each in zip(finished, saved, strict=True):
            if outcome.error is not None:
                self.tally.problems.append(str(outcome.error))
            else:
                self.tally.feeds += 1
                self.tally.entries += each.record.new

    async def _fetch_page(self, fetcher: Fetcher, robots: Robots, pending: PendingEntry) -> Article:
        url = pending.entry.url or pending.item
        return await fetch_article(
            fetcher, url, now=self._clock(), entry=pending.entry, outlet=pending.outlet, robots=robots, run=self._run
        )

    def _save_pages(self, finished: Sequence[tuple[PendingEntry, Article | Exception]]) -> None:
        found = [(pending, article) for pending, article in finished if isinstance(article, Article)]
        if found:
            for saved in save_entry_articles(self._store, found, now=self._clock()):
                self._count(saved.is_new)
        for pending, error in finished:
            if isinstance(error, Exception):
                self._fail("fetch", pending.item, error)

    def _save_named_pages(self, finished: Sequence[tuple[str, Article | Exception]]) -> None:
        for url, article in finished:
            if isinstance(article, Exception):
                self._fail("fetch", url, article)
            else:
                self._count(save_article(self._store, article, now=self._clock()).is_new)

    async def _do_all(
        self,
        name: str,
        total: int,
        items: Iterator[Item],
        do: Callable[[Item], Awaitable[Result]],
        save: Callable[[Sequence[tuple[Item, Result | Exception]]], None],
        at_once: int,
    ) -> None:
        """`do` all items, `at_once` at a time, and `save` what came of them. Only an error of the store stops it."""
        turns = Turns(items, _host_of)
        results = Batches[tuple[Item, Result | Exception]](partial(self._save_apart, save))
        with self._reporter.stage(name, total) as stage:

            async def worker() -> None:
                while not self._is_stopping() and (item := await turns.take()) is not None:
                    result = await _attempt(do, item)
                    turns.done(item)
                    await results.put((item, result))
                    stage.advance()

            async def work() -> None:
                async with asyncio.TaskGroup() as workers:
                    for _ in range(min(at_once, total)):
                        workers.create_task(worker())
                await results.close()

            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(results.run())
                    group.create_task(work())
            except ExceptionGroup as errors:
                raise _innermost(errors) from None

    def _save_apart(
        self,
        save: Callable[[Sequence[tuple[Item, Result | Exception]]], None],
        finished: Sequence[tuple[Item, Result | Exception]],
    ) -> None:
        """Save a batch; where the batch as a whole fails, one by one, so that a bad item costs only itself."""
        try:
            save(finished)
        except StoreError:
            raise
        except Exception as error:
            if len(finished) == 1:
                log.warning("could not be saved", exc_info=True)
                ((item, _),) = finished
                self._fail("save", _name_of(item), error)
                return
            for each in finished:
                self._save_apart(save, [each])

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

    def _fail(self, stage: str, item: str, error: Exception) -> None:
        record_failure(
            self._store,
            stage=stage,
            item=item,
            error=error,
            now=self._clock(),
            is_final=not isinstance(error, RetryLater),
            retry_after_seconds=error.retry_after_seconds if isinstance(error, RetryLater) else None,
        )
        is_ours = isinstance(error, IngestError)
        self.tally.problems.append(str(error) if is_ours else f"{item}: {type(error).__name__}: {error}")


async def _attempt(do: Callable[[Item], Awaitable[Result]], item: Item) -> Result | Exception:
    try:
        return await do(item)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  the per-item loop: whatever one page does, the others are fetched
        return error


def _innermost(errors: ExceptionGroup[Exception]) -> Exception:
    first = errors.exceptions[0]
    return _innermost(first) if isinstance(first, ExceptionGroup) else first


def _host_of(item: object) -> str:
    """The host that is asked for an item; items are feeds, entries or URLs."""
    if isinstance(item, FeedState):
        return urlsplit(item.poll_url).netloc
    return urlsplit(_name_of(item)).netloc


def _name_of(item: object) -> str:
    """What the failures of an item are recorded under."""
    if isinstance(item, FeedState):
        return item.url
    return item.item if isinstance(item, PendingEntry) else str(item)
