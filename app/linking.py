"""Linking by one process at a time: whoever holds the place links what all have read, also while others read on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from graph.alone import Work, try_alone
from graph.linking import Encoder, Linker, count_unlinked
from graph.store import Store

LOOK_SECONDS = 0.5  # how often is looked whether the other has linked what is ours


class Linking:
    """Takes the place when there is first something to link, and keeps it to the end. Use in a `with`."""

    def __init__(
        self,
        store: Store,
        make_encoder: Callable[[], Encoder],
        *,
        index_path: Path,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._index_path = index_path
        self._store = store
        self._make_encoder = make_encoder
        self._is_stopping = is_stopping
        self._stack = ExitStack()
        self._linker: Linker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if self._linker is not None and error is None:
                self._linker.save_index()

    def link_waiting(self, advance: Callable[[int], None] = lambda _: None) -> None:
        """Link what waits, unless another process is linking: it takes ours too."""
        if not count_unlinked(self._store):
            return
        linker = self._take_place()
        if linker is None:
            return
        for linked in linker.link_new():
            advance(linked)
            if self._is_stopping():
                return

    def link_all(self, advance: Callable[[int], None]) -> None:
        """Link until nothing waits, or until the other process has."""
        while not self._is_stopping():
            self.link_waiting(advance)
            if not count_unlinked(self._store):
                return
            time.sleep(LOOK_SECONDS)

    def _take_place(self) -> Linker | None:
        if self._linker is None:
            attempt = ExitStack()
            if not attempt.enter_context(try_alone(self._store, Work.LINKING)):
                attempt.close()
                return None
            self._stack.enter_context(attempt)
            self._linker = Linker(self._store, self._make_encoder(), index_path=self._index_path)
        return self._linker
