"""The one seam to HTTP: fetch a URL within limits of time, size and hops, and say in plain words what went wrong.

Everything from outside is hostile: only http and https on every hop, a total timeout, a limit on the decoded body, one
request in flight a host. Foreign exceptions become this room's here and nowhere else.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx2

from ingest.errors import BadInput, HostPaused, RefusedByServer, TooLarge, Unreachable

PRODUCT = "sayso"  # the name by which a robots.txt may speak of it
USER_AGENT = f"{PRODUCT}/0.1 (reads news feeds and finds who claims what in them)"
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
TOTAL_SECONDS = 30.0
CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
MOST_REDIRECTS = 5
REQUESTS_AT_ONCE = 32
SPACING_SECONDS = 1.0  # between the starts of two requests to one host
LONGEST_SPACING_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 10 * 60.0  # of a host that says "too many requests" and not for how long
LONGEST_PAUSE_SECONDS = 24 * 3600.0
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHOLE = frozenset({200, 203})  # 203: a proxy has changed it on the way
# Encodings that are not asked for and not undone here; what else servers name ("utf-8", "none") is not encoded at all.
_UNASKED = frozenset({"br", "compress", "x-compress", "x-gzip", "zstd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered. `url` is the final one, header names are lower case, a 304 has an empty body.

    `moved_to` is the final URL if every redirect on the way was a permanent one (301, 308).
    """

    url: str
    moved_to: str | None = None
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Host:
    """One server: a request at a time, a spacing between their starts, and pauses that it asked for."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    spacing_seconds: float = 0.0
    free_at: float = 0.0  # of the monotonic clock
    paused_until: float = 0.0

    async def wait_for_turn(self) -> None:
        delay = self.free_at - time.monotonic()
        if delay > 0:
            await asyncio.sleep(delay)
        self.free_at = time.monotonic() + self.spacing_seconds


@dataclass(slots=True)
class _Budget:
    """The seconds that are left for a URL with all its redirects; waiting for one's turn does not count."""

    seconds: float


class Fetcher:
    """Fetches URLs, politely. Use in an `async with`."""

    def __init__(self, *, total_seconds: float = TOTAL_SECONDS, spacing_seconds: float = SPACING_SECONDS) -> None:
        self._total_seconds = total_seconds
        self._spacing_seconds = spacing_seconds
        self._hosts: dict[str, _Host] = {}
        self._all = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._client = httpx2.AsyncClient(
            # Only gzip: the other encodings can be stacked and expand without bound.
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
            follow_redirects=False,
            cookies=CookieJar(
                policy=DefaultCookiePolicy(allowed_domains=[])
            ),  # none: what is read is what anybody reads
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Response:
        """Get `url`, following redirects.

        Raises:
            BadInput: the URL, or one that it redirects to, is not http or https.
            TooLarge: the decoded body has more than `max_bytes`.
            HostPaused: the host has asked not to be asked for a while; nothing was sent.
            RefusedByServer: the answer is 400 or more.
            Unreachable: no answer, or none in time.
        """
        hop = url
        is_permanent = True
        budget = _Budget(self._total_seconds)
        for _ in range(MOST_REDIRECTS + 1):
            check_scheme(hop)
            response = await self._request_in_turn(url, hop, max_bytes, headers or {}, budget)
            if response.status not in _REDIRECTS or "location" not in response.headers:
                moved_to = hop if hop != url and is_permanent else None
                return replace(self._accepted(url, response), moved_to=moved_to)
            is_permanent = is_permanent and response.status in _PERMANENT
            hop = _next_hop(url, hop, response.headers["location"])
        raise Unreachable(url, f"more than {MOST_REDIRECTS} redirects, the last to {hop}")

    def space_out(self, url: str, seconds: float) -> None:
        """Keep at least so long between requests to the host of `url`: what its robots.txt asks for."""
        host = self._host(url)
        host.spacing_seconds = max(host.spacing_seconds, min(seconds, LONGEST_SPACING_SECONDS))

    def _host(self, url: str) -> _Host:
        name = urlsplit(url).netloc.rsplit("@", 1)[-1].lower()
        if name not in self._hosts:
            # One's own machine needs no sparing.
            spacing = 0.0 if is_loopback_name(urlsplit(url).hostname or "") else self._spacing_seconds
            self._hosts[name] = _Host(spacing_seconds=spacing)
        return self._hosts[name]

    async def _request_in_turn(
        self, url: str, hop: str, max_bytes: int, headers: Mapping[str, str], budget: _Budget
    ) -> Response:
        host = self._host(hop)
        async with host.lock:
            remaining = host.paused_until - time.monotonic()
            if remaining > 0:
                raise HostPaused(url, "its host asked for a pause", retry_after_seconds=remaining)
            await host.wait_for_turn()
            async with self._all:
                return await self._request(url, hop, max_bytes, headers, budget)

    def _accepted(self, url: str, response: Response) -> Response:
        if response.status in _WHOLE or response.status == 304:
            return response
        wait = retry_after_seconds(response.headers.get("retry-after"), now=datetime.now(UTC))
        if response.status in (429, 503):
            pause = FIRST_PAUSE_SECONDS if wait is None else min(max(wait, 60.0), LONGEST_PAUSE_SECONDS)
            self._host(response.url).paused_until = time.monotonic() + pause
        is_bot_wall = response.status in (403, 429, 503) and "cf-mitigated" in response.headers
        raise RefusedByServer(url, response.status, retry_after_seconds=wait, is_bot_wall=is_bot_wall)

    async def _request(
        self, url: str, hop: str, max_bytes: int, headers: Mapping[str, str], budget: _Budget
    ) -> Response:
        started = time.monotonic()
        try:
            async with (
                asyncio.timeout(budget.seconds),
                self._client.stream("GET", hop, headers=dict(headers)) as answer,
            ):
                names = {name.lower(): value for name, value in answer.headers.items()}
                is_read = answer.status_code in _WHOLE
                body = await _read_body(url, answer, max_bytes) if is_read else b""
                return Response(url=hop, status=answer.status_code, headers=names, body=body)
        except TimeoutError as error:
            raise Unreachable(url, f"no whole answer within {self._total_seconds:g} seconds") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError, ssl.SSLError) as error:
            raise Unreachable(url, describe_network_error(error)) from error
        finally:
            budget.seconds -= time.monotonic() - started


def _next_hop(url: str, hop: str, location: str) -> str:
    try:
        return urljoin(hop, location)
    except ValueError as error:
        raise BadInput(url, f"it leads to {location[:200]!r}, which is no address") from error


async def _read_body(url: str, answer: httpx2.Response, max_bytes: int) -> bytes:
    encoding = answer.headers.get("content-encoding", "").lower()
    if _UNASKED.intersection(part.strip() for part in encoding.split(",")):
        raise Unreachable(url, f"the answer is encoded ({encoding}) in a way that was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(url, f"the answer is larger than {max_bytes / 1e6:.0f} MB")
    return bytes(body)


def check_scheme(url: str) -> None:
    """Raises: BadInput, where `url` is not http or https or names no host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # one that cannot be raises
    except ValueError as error:
        raise BadInput(url, f"this is no URL: {error}") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadInput(url, "only http and https addresses are fetched")


def is_loopback_name(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def describe_network_error(error: Exception) -> str:
    """What a person should know of a network error."""
    if isinstance(error, httpx2.TimeoutException):
        return "the server did not answer in time"
    text = str(error).lower()
    if isinstance(error, ssl.SSLError) or "certificate" in text or "ssl" in text:
        return f"its certificate or encryption is not right ({error})"
    if "name or service" in text or "nodename" in text or "getaddrinfo" in text or "name resolution" in text:
        return "its host name is not known; check the address, or your own network"
    if isinstance(error, httpx2.ConnectError):
        return "no connection: the server refuses it or is not there"
    return f"the answer broke off or makes no sense ({type(error).__name__}: {error})"


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, which is a number of seconds or a date; `None` where it says nothing usable."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:12])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
