"""Reading in processes of its own: as many texts at a time as there are processes, and one that hangs is given up.

The model is loaded once a process. Results come in the order of the texts, whoever read them.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from ingest.errors import TooHard
from nlp.annotation import Annotation
from nlp.reader import Reader, group_by_length

CHUNK_CHARACTERS = 40_000  # read together; some two seconds
LEAST_SECONDS = 60.0  # a process has to load the models first
SECONDS_A_CHARACTER = 1 / 500  # fifty times what reading takes on a machine that does nothing else
TASKS_A_PROCESS = 2000

_reader: Reader | None = None


class ReadingPool:
    """Reads texts in `processes` processes. Use in a `with`."""

    def __init__(self, processes: int, *, least_seconds: float = LEAST_SECONDS) -> None:
        self._least_seconds = least_seconds
        self._pool = ProcessPool(
            max_workers=processes, max_tasks=TASKS_A_PROCESS, context=multiprocessing.get_context("spawn")
        )
        self._version: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    @property
    def version(self) -> str:
        if self._version is None:
            self._version = self._pool.schedule(_name_version, timeout=self._least_seconds * 2).result()
        return self._version

    def read(self, texts: Iterable[str]) -> Iterator[Annotation]:
        """Yield one annotation a text, in order.

        Raises:
            TooHard: a process took too long, or died; which of its texts is to blame is not known.
        """
        chunks = list(group_by_length(texts, CHUNK_CHARACTERS))
        waiting = [self._schedule(chunk) for chunk in chunks]
        for chunk, future in zip(chunks, waiting, strict=True):
            try:
                yield from future.result()
            except (TimeoutError, ProcessExpired) as error:
                raise TooHard(f"{len(chunk)} texts", "reading takes too long, and was given up") from error

    def _schedule(self, chunk: list[str]) -> Future[list[Annotation]]:
        seconds = self._least_seconds + sum(map(len, chunk)) * SECONDS_A_CHARACTER
        future: Future[list[Annotation]] = self._pool.schedule(_read, args=(chunk,), timeout=seconds)
        return future


def _load() -> Reader:
    global _reader
    if _reader is None:
        _reader = Reader()
    return _reader


def _read(texts: list[str]) -> list[Annotation]:
    return list(_load().read(texts))


def _name_version() -> str:
    return _load().version
