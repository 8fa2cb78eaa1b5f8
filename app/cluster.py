"""A Dask cluster as a place to read and to parse: texts and pages go out, annotations and articles come back.

The coordinator alone has the store. What a worker had in hand when it died is given to another by the scheduler; while
there is no worker at all, the work waits for one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

from distributed import Client, KilledWorker
from distributed import Future as Task
from distributed.comm.core import CommClosedError

from app import cluster_tasks
from app.cluster_security import Certificates, check_address
from app.errors import ClusterError, ClusterUnfit, ClusterUnreachable
from app.places import TextsRead
from ingest.errors import TooHard

log = logging.getLogger(__name__)

Result = TypeVar("Result")

CONNECT_SECONDS = 15
# For a page or feed: reading has its turn first at times, and a worker may have to start.
PARSE_SECONDS = 100.0
PARSE_PRIORITY = 10  # somebody waits for it, and it takes milliseconds

# What goes wrong with the way to a result, and not with the item.
_LOST = (CancelledError, asyncio.CancelledError, CommClosedError, OSError)
# What a worker says that does not have this code.
_UNFIT = (ImportError, AttributeError)


class Cluster:
    """The cluster whose scheduler is at `address`; connects when it is first used. Use in a `with`."""

    def __init__(self, address: str, certificates: Certificates | None = None) -> None:
        """Raises: ClusterUnsafe, ValueError."""
        self._address = check_address(address, certificates)
        self._security = None if certificates is None else certificates.to_security()
        self._client: Client | None = None
        self._connecting = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close(timeout=2)

    @property
    def width(self) -> int:
        """How many texts batches are read at a time: the threads of all workers that are there now."""
        try:
            return sum(self._connect().nthreads().values())
        except _LOST as error:
            raise self._lost(error) from error

    def read(self, texts: list[str]) -> Future[TextsRead]:
        name = "the text" if len(texts) == 1 else f"{len(texts)} texts"
        return self._submit(name, cluster_tasks.read_texts, texts, priority=0)

    async def run(self, item: str, function: Callable[..., Result], **arguments: Any) -> Result:
        """Run `function` in a worker, as `ingest.workers.Workers` does in a local process."""
        future = await asyncio.to_thread(
            self._submit, item, cluster_tasks.parse, item, function, arguments, priority=PARSE_PRIORITY
        )
        try:
            result: Result = await asyncio.wait_for(asyncio.wrap_future(future), PARSE_SECONDS)
        except TimeoutError as error:
            raise ClusterUnreachable(self._address, f"no worker took up its work in {PARSE_SECONDS:.0f} s") from error
        return result

    def _submit(self, item: str, function: Callable[..., Any], *arguments: Any, priority: int) -> Future[Any]:
        kept: Future[Any] = Future()
        try:
            task = self._connect().submit(function, *arguments, priority=priority, pure=False)
        except _LOST as error:
            raise self._lost(error) from error
        task.add_done_callback(lambda done: self._settle(kept, done, item))
        return kept

    def _settle(self, kept: Future[Any], task: Task[Any], item: str) -> None:
        """Keep the promise; called in a thread of Dask's."""
        if kept.cancelled():
            return
        try:
            kept.set_result(task.result())
        except KilledWorker:
            kept.set_exception(TooHard(item, "several workers of the cluster died over it, and it was given up"))
        except _UNFIT as error:
            kept.set_exception(self._unfit(error))
        except _LOST as error:
            kept.set_exception(self._lost(error))
        except Exception as error:  # noqa: BLE001  whoever asks for the result gets it
            kept.set_exception(error)

    def _connect(self) -> Client:
        with self._connecting:
            if self._client is None or self._client.status != "running":
                self._client = self._make_client()
            return self._client

    def _make_client(self) -> Client:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it, we say ourselves
        try:
            client = Client(
                self._address, security=self._security, timeout=CONNECT_SECONDS, set_as_default=False, name="sayso"
            )
        except (OSError, ValueError) as error:
            raise ClusterUnreachable(
                self._address, f"no cluster answers there ({error}); start one with: sayso cluster"
            ) from error
        if not client.nthreads():
            log.warning(
                "%s: the cluster has no worker yet; waiting for one (sayso worker %s)", self._address, self._address
            )
        return client

    def _lost(self, error: BaseException) -> ClusterError:
        return ClusterUnreachable(self._address, f"the cluster went away ({type(error).__name__}); run this again")

    def _unfit(self, error: BaseException) -> ClusterError:
        return ClusterUnfit(self._address, f"a worker has another sayso than this one, or a broken one: {error}")
