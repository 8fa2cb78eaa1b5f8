"""Keeping the graph of `sayso sparql` up to date, in a process of its own: it takes long, and may be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
from pathlib import Path
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from app.settings import sparql_folder
from graph.rdf.quadstore import QuadStore, Update
from graph.store import Store

LONGEST_SECONDS = 6 * 3600.0  # the first time, of a large store; what was done by then is kept


class GraphKeeper:
    """Updates the quad store that belongs to the store at `store_url`. Use in a `with`."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url
        self._folder = sparql_folder(store_url)
        # One task a process: what an update needs in memory is given back.
        self._pool = ProcessPool(max_workers=1, max_tasks=1, context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def is_wanted(self) -> bool:
        """Whether somebody has asked the graph: then it is there."""
        return self._folder.is_dir()

    async def update(self) -> Update:
        """Raises: GraphError, OSError, RuntimeError where it took too long or died."""
        future = self._pool.schedule(_update, args=(self._store_url, self._folder), timeout=LONGEST_SECONDS)
        try:
            done: Update = await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired) as error:
            raise RuntimeError(f"the update of {self._folder} was given up: {error!r}") from error
        return done


def _update(store_url: str, folder: Path) -> Update:
    with Store.open(store_url, create=False) as store:
        return QuadStore(folder).update(store)
