"""`sayso run`: follow, read and keep up to date for as long as one likes, each at its own pace, whatever fails.

A loop a stage, beside each other. One polls the feeds that are due and fetches what is new; one reads what has come in
and links it; one brings the graph for SPARQL up to date, where somebody has asked it; one counts what a monitor wants
to know. None waits for another, all they share is the store, and all go on where they were after a stop of any kind. A
store that is full, locked or gone pauses a loop; it looks again after a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from functools import cache

from app.context import Rest, rest
from app.errors import ClusterError
from app.graph_keeper import GraphKeeper
from app.metrics import Metrics
from app.places import Place
from app.progress import Silent
from app.walk import Tally, Walk
from graph.errors import StoreError
from graph.store import Store
from ingest.http import Fetcher
from ingest.workers import Run
from nlp.sentences import SentenceEncoder

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 5.0  # after a failure of the store or of our own; doubled each time
LONGEST_PAUSE_SECONDS = 300.0
FIGURES_SECONDS = 60.0


class Stage(StrEnum):
    FOLLOW = "follow"
    READ = "read"
    GRAPH = "graph"
    FIGURES = "figures"


class Scheduler:
    """`every_seconds` lie between two rounds of polling, `graph_every_seconds` between two updates of the graph.

    Reading begins when something has come in, and looks by itself as often as is polled: others fetch too. `rest` is
    how it waits, by the same time as `clock`. `keep_hold` takes the place of the one that follows again where it was
    lost, and raises where another has it (`graph.alone`).
    """

    def __init__(
        self,
        store: Store,
        *,
        make_fetcher: Callable[[], Fetcher],
        place: Place,
        run: Run,
        clock: Callable[[], datetime],
        every_seconds: float,
        graph: GraphKeeper | None = None,
        graph_every_seconds: float = 3600.0,
        metrics: Metrics | None = None,
        stages: frozenset[Stage] = frozenset(Stage),
        rest: Rest = rest,
        keep_hold: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._make_fetcher = make_fetcher
        self._place = place
        self._run = run
        self._clock = clock
        self._every_seconds = every_seconds
        self._graph = graph
        self._graph_every_seconds = graph_every_seconds
        self._metrics = metrics or Metrics()
        self._stages = stages
        self._rest = rest
        self._keep_hold = keep_hold
        self._make_encoder = cache(SentenceEncoder)
        self._stop = asyncio.Event()
        self._has_come_in = asyncio.Event()

    def stop(self) -> None:
        """Let the items at hand be finished, and end."""
        self._stop.set()
        self._has_come_in.set()

    async def run(self) -> None:
        """Go on until `stop`."""
        steps = {
            Stage.FOLLOW: self._follow,
            Stage.READ: self._read,
            Stage.GRAPH: self._update_graph,
            Stage.FIGURES: self._count,
        }
        log.info("begun: %s", ", ".join(sorted(self._stages)))
        async with asyncio.TaskGroup() as group:
            for stage in steps.keys() & self._stages:
                group.create_task(self._keep(stage, steps[stage]))
        log.info("ended")

    async def _keep(self, stage: Stage, step: Callable[[], Awaitable[float]]) -> None:
        """Do one step after the other, each after the rest that the one before asks for; after a failure, a pause."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                seconds = await step()
            except (StoreError, ClusterError) as error:
                log.error("%s: paused for %.0f s: %s", stage, pause, error)
            except Exception:
                log.exception("%s: went wrong; again in %.0f s", stage, pause)
            else:
                self._metrics.stage_done(stage, seconds=time.monotonic() - started, now=self._clock())
                pause = FIRST_PAUSE_SECONDS
                await self._rest(seconds, self._has_come_in if stage is Stage.READ else self._stop)
                continue
            self._metrics.stage_failed(stage)
            await self._rest(pause, self._stop)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _follow(self) -> float:
        self._keep_hold()
        walk = self._make_walk()
        try:
            async with self._make_fetcher() as fetcher:
                await walk.follow_feeds(fetcher)
        finally:
            self._report(Stage.FOLLOW, walk.tally)
            if walk.tally.articles:
                self._has_come_in.set()
        return self._every_seconds

    async def _read(self) -> float:
        self._has_come_in.clear()
        walk = self._make_walk()
        try:
            await asyncio.to_thread(walk.read_new)
            await asyncio.to_thread(walk.link_new)
        finally:
            self._report(Stage.READ, walk.tally)
        return self._every_seconds

    async def _update_graph(self) -> float:
        if self._graph is not None and self._graph.is_wanted():
            working = asyncio.ensure_future(self._graph.update())
            stopping = asyncio.ensure_future(self._stop.wait())
            await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not working.done():
                working.cancel()  # the process is ended with the keeper; it goes on where it was the next time
                return 0.0
            done = working.result()
            if done.made or done.removed:
                log.info("graph: %d units made, %d removed", done.made, done.removed, extra={"figures": {
                    "made": done.made, "removed": done.removed}})  # fmt: skip
        return self._graph_every_seconds

    async def _count(self) -> float:
        await asyncio.to_thread(self._metrics.observe, self._store)
        return FIGURES_SECONDS

    def _make_walk(self) -> Walk:
        return Walk(
            self._store,
            make_place=lambda: self._place,
            make_encoder=self._make_encoder,
            clock=self._clock,
            reporter=Silent(),
            run=self._run,
            is_stopping=self._stop.is_set,
        )

    def _report(self, stage: Stage, tally: Tally) -> None:
        self._metrics.add(tally)
        for problem in tally.problems:
            log.warning("%s: %s", stage, problem)
        figures = {
            Stage.FOLLOW: {"feeds": tally.feeds, "entries": tally.entries, "articles": tally.articles},
            Stage.READ: {"read": tally.read, "attributions": tally.attributions, "linked": tally.linked},
        }[stage] | {"failed": len(tally.problems)}
        if stage is Stage.FOLLOW or any(figures.values()):
            words = ", ".join(f"{number} {name}" for name, number in figures.items())
            log.info("%s: %s", stage, words, extra={"figures": figures})
