"""Connections that are kept open from one request to the next, one a server, the least recently used closed first.

Not in a pool: one for all servers would look through all its connections at every request, and would close most of
them before their server's next turn comes (measured on 40 servers in turns: half of all requests opened a connection
anew), and a pool of one connection is a fifth of what a request on it costs.
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

_Key = tuple[bytes, bytes, int]


class Connections:
    """The ways to servers: direct ones through `backend`, or by the proxies that the environment names."""

    def __init__(self, backend: CheckedBackend) -> None:
        self._backend = backend
        self._idle: OrderedDict[_Key, httpcore2.AsyncHTTPConnection] = OrderedDict()
        named = urllib.request.getproxies()
        self._proxies: dict[str, httpcore2.AsyncConnectionPool] = {
            scheme: _proxy_pool(named[scheme]) for scheme in ("http", "https") if scheme in named
        }

    @asynccontextmanager
    async def ask(self, request: httpcore2.Request) -> AsyncIterator[httpcore2.Response]:
        """Send a request; yields the answer, whose body is still to be read.

        A request on a kept connection that the server was just closing is sent once more, on a new one.
        """
        proxy = await self._proxy_for(request.url)
        kept = await self._take(request.url.origin) if proxy is None else None
        way = proxy or kept or self._open(request.url.origin)
        was_kept = bool(proxy.connections) if proxy is not None else kept is not None
        try:
            answer = await way.handle_async_request(request)
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError):
            if not was_kept:
                raise
            way = proxy or self._open(request.url.origin)
            answer = await way.handle_async_request(request)
        try:
            yield answer
        finally:
            await answer.aclose()
            if isinstance(way, httpcore2.AsyncHTTPConnection):
                await self._keep(request.url.origin, way)

    async def aclose(self) -> None:
        connections = list(self._idle.values())
        self._idle.clear()
        for connection in connections:
            await connection.aclose()
        for proxy in self._proxies.values():
            await proxy.aclose()

    async def _proxy_for(self, url: httpcore2.URL) -> httpcore2.AsyncConnectionPool | None:
        """The proxy through which `url` is asked for. It is not handed what resolves to a forbidden address."""
        proxy = self._proxies.get(url.scheme.decode("ascii")) if self._proxies else None
        if proxy is None or urllib.request.proxy_bypass(host := url.host.decode("ascii")):
            return None
        with suppress(httpcore2.ConnectError):  # behind a proxy, names are often known to it alone
            await self._backend.check(host, url.port or 0)
        return proxy

    async def _take(self, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection | None:
        """The kept connection to a server, if it is still open."""
        connection = self._idle.pop(_key(origin), None)
        if connection is not None and connection.has_expired():
            await connection.aclose()
            return None
        return connection

    async def _keep(self, origin: httpcore2.Origin, connection: httpcore2.AsyncHTTPConnection) -> None:
        """Keep a connection for the next request; one that came back meanwhile, or the oldest, goes for it."""
        if not connection.is_idle():  # the answer was not read to its end
            return
        surplus = self._idle.pop(_key(origin), None)
        self._idle[_key(origin)] = connection
        if surplus is None and len(self._idle) > MOST_IDLE:
            _, surplus = self._idle.popitem(last=False)
        if surplus is not None:
            await surplus.aclose()

    def _open(self, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection:
        return httpcore2.AsyncHTTPConnection(
            origin,
            ssl_context=self._ssl_context if origin.scheme == b"https" else None,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._backend,
        )

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        """One for all: to read the system's certificates takes longer than most answers."""
        return httpcore2.default_ssl_context()


def _key(origin: httpcore2.Origin) -> _Key:
    return (origin.scheme, origin.host, origin.port)


def _proxy_pool(proxy: str) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        proxy=httpcore2.Proxy(proxy if "://" in proxy else f"http://{proxy}"),
        max_connections=THROUGH_A_PROXY,
        keepalive_expiry=IDLE_SECONDS,
    )
