"""What a worker of a cluster is asked to do: the same as at home, in the same local processes, killed in the same way.

These functions run in the workers. Dask finds them by their names, so workers need the same sayso as the coordinator.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from threading import Lock, Thread
from typing import Any

from app import reading
from app.places import LocalProcesses, TextsRead
from ingest.workers import Workers

PROCESSES_VARIABLE = "SAYSO_WORKER_PROCESSES"  # how many a worker has for either kind of work
_open = ExitStack()
_beginning = Lock()  # of threads that come at once


def read_texts(texts: list[str]) -> TextsRead:
    with _beginning:
        readers = _readers()
    return readers.read(texts).result()


def name_version() -> str:
    """Of the pipeline; a worker that can say it has loaded its models."""
    return reading.name_version(_readers())


def parse(item: str, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    with _beginning:
        parsers, loop = _parsers(), _loop()
    return asyncio.run_coroutine_threadsafe(parsers.run(item, function, **arguments), loop).result()


def end() -> None:
    """End the local processes."""
    _open.close()


@cache
def _readers() -> LocalProcesses:
    return _open.enter_context(LocalProcesses(_count_processes()))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all threads of a worker, since those who parse share a queue."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, daemon=True, name="parsing").start()
    return loop


@cache
def _parsers() -> Workers:
    return _open.enter_context(Workers(_count_processes()))


def _count_processes() -> int:
    return int(os.environ.get(PROCESSES_VARIABLE) or os.cpu_count() or 1)
