"""Where texts are read: in this process, or in local ones that can be killed. `app.cluster` is a third place.

A place is handed some texts and promises what was read in them; `app.reading` keeps several promises open at a time
and has the results in order. The models are loaded once a process.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from pebble import ProcessExpired, ProcessPool

from ingest.errors import TooHard
from nlp.annotation import Annotation
from nlp.reader import Reader

LEAST_SECONDS = 60.0  # a process has to load the models first
SECONDS_A_CHARACTER = 1 / 500  # fifty times what reading takes on a machine that does nothing else
TASKS_A_PROCESS = 2000  # then it is replaced, in case one leaks


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsRead:
    """What a pipeline of this version found in some texts, in their order."""

    version: str
    annotations: list[Annotation]


class Place(Protocol):
    """`width` is how many batches it reads at a time; it may change, and is 0 where nobody is there yet."""

    @property
    def width(self) -> int: ...

    def read(self, texts: list[str]) -> Future[TextsRead]: ...


class Here:
    """This process: for tests, and for what is not from outside. What is read is read when it is asked for."""

    width = 1

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader

    def read(self, texts: list[str]) -> Future[TextsRead]:
        future: Future[TextsRead] = Future()
        try:
            self._reader = self._reader or Reader()
            annotations = list(self._reader.read(texts))
            future.set_result(TextsRead(version=self._reader.version, annotations=annotations))
        except Exception as error:  # noqa: BLE001  whoever asks for the result gets it
            future.set_exception(error)
        return future


class LocalProcesses:
    """Processes of this machine. One that takes too long is killed, and its texts are too hard. Use in a `with`."""

    def __init__(self, processes: int, *, least_seconds: float = LEAST_SECONDS) -> None:
        self.width = processes
        self._least_seconds = least_seconds
        self._pool = self._make_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, texts: list[str]) -> Future[TextsRead]:
        seconds = self._least_seconds + sum(map(len, texts)) * SECONDS_A_CHARACTER
        kept: Future[TextsRead] = Future()
        try:
            promise = self._pool.schedule(_read, args=(texts,), timeout=seconds)
        except RuntimeError:  # a pool that broke (a machine that stood still for a minute is enough) stays broken
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool = self._make_pool()
            promise = self._pool.schedule(_read, args=(texts,), timeout=seconds)
        promise.add_done_callback(lambda done: _settle(kept, done, len(texts)))
        return kept

    def _make_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.width, max_tasks=TASKS_A_PROCESS, context=multiprocessing.get_context("spawn")
        )


def _settle(kept: Future[TextsRead], done: Future[TextsRead], count: int) -> None:
    """Keep the promise, in the words of what reads: a process that was killed or died found its texts too hard."""
    if done.cancelled():
        kept.cancel()
        return
    error = done.exception()
    if isinstance(error, TimeoutError | ProcessExpired):
        name = "the text" if count == 1 else f"{count} texts"
        kept.set_exception(TooHard(name, "reading takes too long, or more memory than there is, and was given up"))
    elif error is not None:
        kept.set_exception(error)
    else:
        kept.set_result(done.result())


_here = Here()  # of a process that reads for others


def _read(texts: list[str]) -> TextsRead:
    return _here.read(texts).result()
