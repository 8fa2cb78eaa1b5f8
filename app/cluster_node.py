"""The two kinds of machine of a cluster: the scheduler, which hands out, and workers, which read.

A worker is a thin thing: it passes what it is given to local processes (`app.cluster_tasks`), so that a text that hangs
is killed there as it is at home. Nothing of Dask's web pages is served.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import dask
from distributed import Scheduler, Worker

from app import cluster_tasks
from app.cluster_security import Certificates, check_address, check_host, is_loopback

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0  # after the scheduler went away
_QUIET = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Results are small, and what takes memory are the local processes, which Dask does not count.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


async def serve_scheduler(
    host: str, port: int, certificates: Certificates | None, *, processes: int, tell: Callable[[str], None]
) -> None:
    """Hand out until a signal to stop; read too, with so many `processes`. `tell` the address when it is ready.

    Raises: ClusterUnsafe.
    """
    check_host(host, certificates)
    _prepare()
    async with Scheduler(
        host=host,
        port=port,
        protocol="tcp" if certificates is None else "tls",
        security=None if certificates is None else certificates.to_security(),
        dashboard=False,
        dashboard_address="127.0.0.1:0",
    ) as scheduler:
        tell(scheduler.address)
        stop = _stop_at_signals()
        if processes:
            await _until(stop, serve_worker(scheduler.address, certificates, processes=processes, tell=tell))
        else:
            await stop.wait()


async def serve_worker(
    address: str,
    certificates: Certificates | None,
    *,
    processes: int,
    tell: Callable[[str], None],
    host: str | None = None,
) -> None:
    """Read for the scheduler at `address` until a signal to stop; wait for it where it is away.

    Raises: ClusterUnsafe, ValueError.
    """
    check_address(address, certificates)
    if host is None and is_loopback(urlsplit(address).hostname or ""):
        host = "127.0.0.1"
    if host is not None:
        check_host(host, certificates)
    _prepare()
    os.environ[cluster_tasks.PROCESSES_VARIABLE] = str(processes)
    await asyncio.to_thread(cluster_tasks.name_version)  # the models are loaded before the first text comes
    stop = _stop_at_signals()
    try:
        while not stop.is_set():
            await _until(stop, _work(address, certificates, host, processes, tell))
    finally:
        cluster_tasks.end()


async def _work(
    address: str, certificates: Certificates | None, host: str | None, processes: int, tell: Callable[[str], None]
) -> None:
    """Work until the scheduler goes away."""
    with tempfile.TemporaryDirectory(prefix="sayso-worker-") as folder:
        worker = Worker(
            address,
            nthreads=processes,
            host=host,
            security=None if certificates is None else certificates.to_security(),
            local_directory=folder,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
        )
        async with worker:
            tell(worker.address)
            await worker.finished()
    log.warning("%s: the cluster went away; waiting for it", address)
    await asyncio.sleep(AGAIN_SECONDS)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, but end it when it is time to stop."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopping):
        task.cancel()
    for result in await asyncio.gather(working, stopping, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _prepare() -> None:
    logging.getLogger("distributed").setLevel(logging.ERROR)
    dask.config.set(_QUIET)
