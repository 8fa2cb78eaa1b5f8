"""Worker processes in which what comes from outside is parsed, limited in time and memory.

A feed of 100 KB can keep feedparser busy for minutes, and a page can make an extractor take all memory there is. So
both are read in processes of their own; one that passes its limits is killed, its item fails, and another takes its
place.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from ingest.errors import TooHard

Result = TypeVar("Result")

# The worst legitimate feed that was measured (1.1 MB) takes under 2 seconds, a page 0.03.
CPU_SECONDS = 10
WALL_SECONDS = 30.0
MEMORY_BYTES = 1 << 30  # of address space, of which the libraries take some 300 MB
TASKS_A_PROCESS = 5000  # then it is replaced, in case one leaks


class Run(Protocol):
    """Runs a function on an item: here (`run_here`), or in a worker (`Workers.run`)."""

    async def __call__(self, item: str, function: Callable[..., Result], **arguments: Any) -> Result: ...


async def run_here(item: str, function: Callable[..., Result], **arguments: Any) -> Result:  # noqa: ARG001
    """Run in this process, without limits: for tests and for text that is trusted."""
    return function(**arguments)


class Workers:
    """A pool of worker processes. Use in a `with`."""

    def __init__(
        self,
        count: int | None = None,
        *,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._wall_seconds = wall_seconds
        self._limits = (cpu_seconds, memory_bytes)
        self._pool = ProcessPool(
            max_workers=count or os.cpu_count() or 1,
            max_tasks=TASKS_A_PROCESS,
            # Not forked from this process: its threads, models and open files are no business of a worker.
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    async def run(self, item: str, function: Callable[..., Result], **arguments: Any) -> Result:
        """Run `function` in a worker and return its result, or raise what it raised.

        Raises:
            TooHard: it took more time or memory than it may.
        """
        future = self._pool.schedule(
            _run_limited, args=(function, arguments, *self._limits), timeout=self._wall_seconds
        )
        try:
            result: Result = await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired) as error:
            raise TooHard(item, f"it takes more than {self._limits[0]} seconds to read, and was given up") from error
        except MemoryError as error:
            raise TooHard(item, f"it takes more than {self._limits[1] >> 20} MB to read, and was given up") from error
        return result


def _run_limited(
    function: Callable[..., Result], arguments: dict[str, Any], cpu_seconds: int, memory_bytes: int
) -> Result:
    _limit_this_process(cpu_seconds, memory_bytes)
    return function(**arguments)


def _limit_this_process(cpu_seconds: int, memory_bytes: int) -> None:
    """Give this process so much more CPU time than it has used; without `resource` the wall clock alone limits it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
