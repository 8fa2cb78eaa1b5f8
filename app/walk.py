"""The way of an article: feeds → entries → pages → articles → annotations → graph.

Each arrow ends in the store, and what is still to do is found there by a query, so that the walk can be stopped at any
moment and run again: nothing is done twice and nothing is lost. The failure of an item is recorded and harms no other.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import chain
from typing import TypeVar
from urllib.parse import urlsplit

from app.batches import BATCH, Batches
from app.errors import ClusterError
from app.linking import Linking
from app.places import Place
from app.progress import Reporter
from app.reading import TextRead, name_version, read_all
from app.settings import index_path
from app.turns import Turns
from graph.annotating import save_annotation
from graph.articles import UnreadVersion, count_outdated, count_unread, outdated_versions, save_article
from graph.days import refresh_days
from graph.errors import StoreError
from graph.failures import forget_failures, record_failure
from graph.figures import refresh_figures
from graph.following import (
    PendingEntry,
    count_due,
    count_pending,
    due_feeds,
    pending_entries,
    save_entry_articles,
)
from graph.linking import Encoder, count_unlinked
from graph.polls import save_polls
from graph.store import Store
from graph.taking import Taking
from ingest.article import Article
from ingest.discovery import first_poll
from ingest.errors import Abandoned, IngestError, RetryLater, TooHard, Unreachable
from ingest.feed import FeedState
from ingest.http import Fetcher
from ingest.pages import fetch_article
from ingest.polling import Poll, poll
from ingest.robots import Robots
from ingest.workers import Run, run_here
from nlp.sentences import SentenceEncoder

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

FEEDS_AT_ONCE = 32
PAGES_AT_ONCE = 16
HOSTS_TO_DOUBT_OUR_NETWORK = 2
# For one feed or page, past all other limits; a host that asks for long pauses is given them.
LONGEST_SECONDS = 900.0
LINK_EVERY = 64  # versions read: the same ones, however many read


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a walk has done. `problems` are the messages of the items that failed."""

    feeds: int = 0
    entries: int = 0
    articles: int = 0
    known: int = 0
    read: int = 0
    attributions: int = 0
    linked: int = 0
    problems: list[str] = field(default_factory=list)


class Walk:
    """Takes articles from the outside world into the graph of one store."""

    def __init__(
        self,
        store: Store,
        *,
        make_place: Callable[[], Place],
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
        self._make_place = make_place
        self._make_encoder = cache(make_encoder)  # loaded once, if at all
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
        """Read every version that is not read yet and write what was found into the graph, in order.

        Linking goes on in between, while the place reads ahead. What another coordinator is reading is left to it.
        """
        waiting = count_unread(self._store, now=self._clock())
        if not waiting:
            return
        with Taking(self._store, now=self._clock()) as taking:
            self._read("Reading", iter(taking), waiting, done=taking.done)

    def read_again(self, *, since: datetime | None, urls: Sequence[str] = ()) -> None:
        """Read anew what another reader than ours has read, of texts published since then, or of articles at `urls`.

        What was read before stays until a text has been read anew; a text that fails keeps it.
        """
        version = name_version(self._make_place())
        waiting = count_outdated(self._store, pipeline_version=version, since=since, urls=urls)
        batches = outdated_versions(self._store, pipeline_version=version, since=since, urls=urls)
        self._read("Reading again", chain.from_iterable(batches), waiting, done=lambda _: None)

    def _read(self, name: str, versions: Iterator[UnreadVersion], waiting: int, *, done: Callable[[int], None]) -> None:
        taken: deque[UnreadVersion] = deque()
        with self._reporter.stage(name, waiting) as stage, self._make_linking() as linking:
            texts = self._take_texts(versions, taken)
            for number, read in enumerate(read_all(self._make_place(), texts, is_stopping=self._is_stopping), 1):
                version = taken.popleft()
                self._save_reading(version, read)
                done(version.version_id)
                stage.advance()
                if number % LINK_EVERY == 0:
                    linking.link_waiting(self._count_linked)

    def link_new(self) -> None:
        """Join the claims that are not linked yet with those that say the same, and count what lists say of them."""
        waiting = count_unlinked(self._store)
        if waiting:
            with self._reporter.stage("Linking", waiting) as stage, self._make_linking() as linking:

                def advance(linked: int) -> None:
                    self._count_linked(linked)
                    stage.advance(linked)

                linking.link_all(advance)
        for _ in chain(refresh_figures(self._store), refresh_days(self._store)):
            if self._is_stopping():
                return

    def _make_linking(self) -> Linking:
        path = index_path(self._store.address, self._store.beside("claims.index"))
        return Linking(self._store, self._make_encoder, index_path=path, is_stopping=self._is_stopping)

    def _take_texts(self, versions: Iterator[UnreadVersion], taken: deque[UnreadVersion]) -> Iterator[str]:
        for version in versions:
            if self._is_stopping():
                return
            taken.append(version)
            yield version.text

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
        ask = first_poll if state.last_success_at is None else poll
        return await ask(fetcher, state, now=self._clock(), run=self._run)

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
                forget_failures(self._store, stage="fetch", items=[url])

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

    def _save_reading(self, version: UnreadVersion, read: TextRead | Exception) -> None:
        if isinstance(read, Exception):
            # What a machine that is busy elsewhere found too hard may be none too hard later.
            self._fail("read", version.url, read, is_final=not isinstance(read, TooHard))
            return
        annotation = read.annotation
        try:
            save_annotation(
                self._store, version.version_id, annotation, pipeline_version=read.version, now=self._clock()
            )
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

    def _count_linked(self, linked: int) -> None:
        self.tally.linked += linked

    def _fail(self, stage: str, item: str, error: Exception, *, is_final: bool | None = None) -> None:
        record_failure(
            self._store,
            stage=stage,
            item=item,
            error=error,
            now=self._clock(),
            is_final=not isinstance(error, RetryLater) if is_final is None else is_final,
            retry_after_seconds=error.retry_after_seconds if isinstance(error, RetryLater) else None,
        )
        is_ours = isinstance(error, IngestError)
        self.tally.problems.append(str(error) if is_ours else f"{item}: {type(error).__name__}: {error}")


async def _attempt(do: Callable[[Item], Awaitable[Result]], item: Item) -> Result | Exception:
    try:
        async with asyncio.timeout(LONGEST_SECONDS) as limit:
            return await do(item)
    except (StoreError, ClusterError):
        raise
    except Exception as error:  # noqa: BLE001  the per-item loop: whatever one page does, the others are fetched
        if limit.expired():
            return Abandoned(_name_of(item), f"it hung for {LONGEST_SECONDS:.0f} seconds, and was abandoned")
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
