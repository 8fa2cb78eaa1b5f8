"""Worker processes in which what comes from outside is parsed, limited in time and memory.

A feed of 100 KB can keep feedparser busy for minutes, and a page can make an extractor take all memory there is. So
both are read in processes of their own; one that passes its limits is killed, its item fails, and another takes its
place.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from ingest.errors import TooHard

Result = TypeVar("Result")

# The worst legitimate feed that was measured (1.1 MB) takes under 2 seconds, a page 0.03.
CPU_SECONDS = 10
# Only for what hangs without computing: on a machine that is busy elsewhere a page can take a minute.
WALL_SECONDS = 120.0
MEMORY_BYTES = 1 << 30  # of address space, of which the libraries take some 300 MB
TASKS_A_PROCESS = 5000  # then it is replaced, in case one leaks
BATCHES_A_PROCESS = 2  # one that it is at, and one that waits for it
MOST_A_BATCH = 8  # documents
BATCH_BYTES = 200_000  # together


class Run(Protocol):
    """Runs a function on an item: here (`run_here`), or in a worker (`Workers.run`)."""

    async def __call__(self, item: str, function: Callable[..., Result], **arguments: Any) -> Result: ...


async def run_here(item: str, function: Callable[..., Result], **arguments: Any) -> Result:  # noqa: ARG001
    """Run in this process, without limits: for tests and for text that is trusted."""
    return function(**arguments)


@dataclass(slots=True, kw_only=True, eq=False)
class _Task:
    item: str
    function: Callable[..., Any]
    arguments: dict[str, Any]
    result: asyncio.Future[Any]

    @property
    def size(self) -> int:
        return sum(len(value) for value in self.arguments.values() if isinstance(value, bytes))


class Workers:
    """A pool of worker processes. Use in a `with`.

    What waits while all of them are at work is handed on in batches, since passing it from process to process costs
    as much as reading a small document. Limits hold for each item of a batch all the same.
    """

    def __init__(
        self,
        count: int | None = None,
        *,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        workers = count or os.cpu_count() or 1
        self._wall_seconds = wall_seconds
        self._limits = (cpu_seconds, memory_bytes)
        self._waiting: deque[_Task] = deque()
        self._free = workers * BATCHES_A_PROCESS
        self._batches: set[asyncio.Task[None]] = set()  # a loop keeps no hold of its tasks
        self._pool = ProcessPool(max_workers=workers, max_tasks=TASKS_A_PROCESS, context=_context())

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
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(_Task(item=item, function=function, arguments=arguments, result=future))
        self._hand_on()
        result: Result = await future
        return result

    def _hand_on(self) -> None:
        while self._free and self._waiting:
            if self._waiting[0].result.done():  # nobody waits for it any more
                self._waiting.popleft()
                continue
            self._free -= 1
            work = asyncio.get_running_loop().create_task(self._work(self._next_batch()))
            self._batches.add(work)
            work.add_done_callback(self._batches.discard)

    def _next_batch(self) -> list[_Task]:
        """What waits, shared among the processes that are free, but for what is large."""
        share = min(-(-len(self._waiting) // (self._free + 1)), MOST_A_BATCH)
        batch = [self._waiting.popleft()]
        size = batch[0].size
        while len(batch) < share and size + self._waiting[0].size <= BATCH_BYTES:
            size += self._waiting[0].size
            batch.append(self._waiting.popleft())
        return batch

    async def _work(self, batch: list[_Task]) -> None:
        try:
            await self._run_batch(batch)
        finally:
            self._free += 1
            self._hand_on()

    async def _run_batch(self, batch: list[_Task]) -> None:
        """Have a batch worked on. If it costs the process its life, one by one: only who is to blame fails."""
        future = self._pool.schedule(
            _run_all,
            args=([(task.function, task.arguments) for task in batch], *self._limits),
            timeout=self._wall_seconds,
        )
        try:
            outcomes = await asyncio.wrap_future(future)
        except (TimeoutError, ProcessExpired, MemoryError) as error:
            if len(batch) > 1:
                for task in batch:
                    await self._run_batch([task])
                return
            outcomes = [error]
        except Exception as error:  # noqa: BLE001  what cannot be passed between processes: the caller's to know
            outcomes = [error for _ in batch]
        for task, outcome in zip(batch, outcomes, strict=True):
            if task.result.done():
                continue
            if isinstance(outcome, BaseException):
                task.result.set_exception(self._explain(task.item, outcome))
            else:
                task.result.set_result(outcome[0])

    def _explain(self, item: str, error: BaseException) -> BaseException:
        cpu_seconds, memory = self._limits
        seconds = self._wall_seconds if isinstance(error, TimeoutError) else cpu_seconds
        if isinstance(error, MemoryError):
            explained = TooHard(item, f"it takes more than {memory >> 20} MB to read, and was given up")
        elif isinstance(error, TimeoutError | ProcessExpired):
            explained = TooHard(item, f"it takes more than {seconds:g} seconds to read, and was given up")
        else:
            return error
        explained.__cause__ = error
        return explained


def _context() -> multiprocessing.context.BaseContext:
    """How processes begin: forked from a server that has the parsers loaded, so that a killed one is replaced at once.

    Not forked from this process: its threads, models and open files are no business of a worker.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():  # Windows
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingest.preloaded"])
    return context


def _run_all(
    tasks: Sequence[tuple[Callable[..., Any], dict[str, Any]]], cpu_seconds: int, memory_bytes: int
) -> list[tuple[Any] | Exception]:
    """Run functions one after the other, each within the limits; a result is a tuple of one, an error itself."""
    return [_run_limited(function, arguments, cpu_seconds, memory_bytes) for function, arguments in tasks]


def _run_limited(
    function: Callable[..., Any], arguments: dict[str, Any], cpu_seconds: int, memory_bytes: int
) -> tuple[Any] | Exception:
    _limit_this_process(cpu_seconds, memory_bytes)
    try:
        return (function(**arguments),)
    except Exception as error:  # noqa: BLE001  of one item of a batch, to be raised where it is waited for
        return error


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
