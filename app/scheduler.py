"""`sayso run`: follow and read for as long as one likes, each at its own pace, whatever fails in between.

Two loops beside each other. One polls the feeds that are due and fetches what is new; the other reads what has come in
and links it. Neither waits for the other, all they share is the store, and both go on where they were after a stop of
any kind. A store that is full, locked or gone pauses a loop; it looks again after a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from app.metrics import Metrics
from app.progress import Silent
from app.walk import Tally, TextReader, Walk
from graph.errors import StoreError
from graph.store import Store
from ingest.http import Fetcher
from ingest.workers import Run

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 5.0  # after a failure of the store or of our own; doubled each time
LONGEST_PAUSE_SECONDS = 300.0


class Scheduler:
    """`every_seconds` lie between two rounds of polling; reading begins when something has come in."""

    def __init__(
        self,
        store: Store,
        *,
        make_fetcher: Callable[[], Fetcher],
        reader: TextReader,
        run: Run,
        clock: Callable[[], datetime],
        every_seconds: float,
        metrics: Metrics | None = None,
    ) -> None:
        self._store = store
        self._make_fetcher = make_fetcher
        self._reader = reader
        self._run = run
        self._clock = clock
        self._every_seconds = every_seconds
        self._metrics = metrics or Metrics()
        self._stop = asyncio.Event()
        self._has_come_in = asyncio.Event()

    def stop(self) -> None:
        """Let the items at hand be finished, and end."""
        self._stop.set()
        self._has_come_in.set()

    async def run(self) -> None:
        """Go on until `stop`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep("follow", self._follow))
            group.create_task(self._keep("read", self._read))

    async def _keep(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            try:
                await step()
                pause = FIRST_PAUSE_SECONDS
            except StoreError as error:
                log.error("%s: paused for %.0f s: %s", name, pause, error)
                await self._rest(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            except Exception:
                log.exception("%s: went wrong; again in %.0f s", name, pause)
                await self._rest(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _follow(self) -> None:
        walk = self._make_walk()
        async with self._make_fetcher() as fetcher:
            await walk.follow_feeds(fetcher)
        self._report("follow", walk.tally)
        if walk.tally.articles:
            self._has_come_in.set()
        await self._rest(self._every_seconds)

    async def _read(self) -> None:
        self._has_come_in.clear()
        walk = self._make_walk()
        await asyncio.to_thread(walk.read_new)
        await asyncio.to_thread(walk.link_new)
        self._report("read", walk.tally)
        self._metrics.observe(self._store, now=self._clock())
        try:
            await asyncio.wait_for(self._has_come_in.wait(), self._every_seconds)
        except TimeoutError:
            return

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    def _make_walk(self) -> Walk:
        return Walk(
            self._store,
            make_reader=lambda: self._reader,
            clock=self._clock,
            reporter=Silent(),
            run=self._run,
            is_stopping=self._stop.is_set,
        )

    def _report(self, stage: str, tally: Tally) -> None:
        self._metrics.add(tally)
        for problem in tally.problems:
            log.warning("%s: %s", stage, problem)
        if stage == "follow":
            log.info(
                "follow: %d feeds polled, %d new entries, %d articles stored, %d items failed",
                tally.feeds,
                tally.entries,
                tally.articles,
                len(tally.problems),
            )
        elif tally.read or tally.problems:
            log.info("read: %d articles read, %d attributions found", tally.read, tally.attributions)
