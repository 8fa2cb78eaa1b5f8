"""Connections that are kept open from one request to the next, one a server, the least recently used closed first.

One pool for all servers would look through all its connections at every request, and would close most of them before
their server's next turn comes. Measured on 40 servers in turns: half of all requests opened a connection anew.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cached_property

import httpcore2

from ingest.addresses import CheckedBackend

MOST_IDLE = 128  # servers whose connection is kept
IDLE_SECONDS = 15.0
THROUGH_A_PROXY = 32  # connections to one proxy at a time

_Origin = tuple[bytes, bytes, int]


class Connections:
    """The ways to servers: direct ones through `backend`, or by the proxies that the environment names."""

    def __init__(self, backend: CheckedBackend) -> None:
        self._backend = backend
        self._idle: OrderedDict[_Origin, httpcore2.AsyncConnectionPool] = OrderedDict()
        named = urllib.request.getproxies()
        self._proxies: dict[str, httpcore2.AsyncConnectionPool] = {
            scheme: _proxy_pool(named[scheme]) for scheme in ("http", "https") if scheme in named
        }

    @asynccontextmanager
    async def to(self, url: httpcore2.URL) -> AsyncIterator[httpcore2.AsyncConnectionPool]:
        """Lend what reaches `url`. A proxy is not handed what resolves to a forbidden address."""
        host = url.host.decode("ascii")
        proxy = self._proxies.get(url.scheme.decode("ascii"))
        if proxy is not None and not urllib.request.proxy_bypass(host):
            with suppress(httpcore2.ConnectError):  # behind a proxy, names are often known to it alone
                await self._backend.check(host, url.port or 0)
            yield proxy
            return
        origin = (url.scheme, url.host, url.origin.port)
        pool = self._idle.pop(origin, None) or self._open(is_secure=url.scheme == b"https")
        try:
            yield pool
        finally:
            await self._keep(origin, pool)

    async def aclose(self) -> None:
        pools = (*self._idle.values(), *self._proxies.values())
        self._idle.clear()
        for pool in pools:
            await pool.aclose()

    async def _keep(self, origin: _Origin, pool: httpcore2.AsyncConnectionPool) -> None:
        """Keep a connection for the next request; one that came back meanwhile, or the oldest, goes for it."""
        surplus = self._idle.pop(origin, None)
        self._idle[origin] = pool
        if surplus is None and len(self._idle) > MOST_IDLE:
            _, surplus = self._idle.popitem(last=False)
        if surplus is not None:
            await surplus.aclose()

    def _open(self, *, is_secure: bool) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(
            ssl_context=self._ssl_context if is_secure else None,
            max_connections=1,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._backend,
        )

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        """One for all: to read the system's certificates takes longer than most answers."""
        return httpcore2.default_ssl_context()


def _proxy_pool(proxy: str) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        proxy=httpcore2.Proxy(proxy if "://" in proxy else f"http://{proxy}"),
        max_connections=THROUGH_A_PROXY,
        keepalive_expiry=IDLE_SECONDS,
    )
