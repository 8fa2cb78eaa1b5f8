"""The one seam to HTTP: fetch a URL within limits of time, size and hops, and say in plain words what went wrong.

Everything from outside is hostile: only http and https on every hop, only addresses that may be connected to, a total
timeout, a limit on the decoded body, one request in flight a host. Foreign exceptions become this room's here and
nowhere else.

Built on httpcore2, the transport of httpx2: it takes the network backend that checks addresses, and a client's cookies,
redirects and decoders are what has to be done differently here.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import httpcore2
import httpx2

from ingest.addresses import AddressRefused, CheckedBackend, Network, Resolve, resolve
from ingest.connections import Connections
from ingest.encodings import BrokenBody, decode_body
from ingest.errors import BadInput, HostPaused, NotPublic, RefusedByServer, TooLarge, Unreachable

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
    """Fetches URLs, politely. Use in an `async with`.

    Connects to public addresses, and to those in `allowed`. Goes through the proxies that the environment names
    (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), which then decide themselves what a name leads to.
    """

    def __init__(
        self,
        *,
        allowed: Iterable[Network] = (),
        total_seconds: float = TOTAL_SECONDS,
        spacing_seconds: float = SPACING_SECONDS,
        resolve: Resolve = resolve,
    ) -> None:
        self._total_seconds = total_seconds
        self._spacing_seconds = spacing_seconds
        self._hosts: dict[str, _Host] = {}
        self._all = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._connections = Connections(CheckedBackend(allowed, resolve=resolve))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.aclose()

    async def fetch(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Response:
        """Get `url`, following redirects.

        Raises:
            BadInput: the URL, or one that it redirects to, is not http or https.
            TooLarge: the body, or what it decodes to, has more than `max_bytes`.
            HostPaused: the host has asked not to be asked for a while; nothing was sent.
            RefusedByServer: the answer is 400 or more.
            Unreachable: no answer, or none in time, or at an address that may not be connected to.
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
        now = read_http_date(response.headers.get("date", "")) or datetime.now(UTC)  # a date is one of its clock
        wait = retry_after_seconds(response.headers.get("retry-after"), now=now)
        is_bot_wall = response.status in (403, 429, 503) and "cf-mitigated" in response.headers
        error = RefusedByServer(url, response.status, retry_after_seconds=wait, is_bot_wall=is_bot_wall)
        if (pause := host_pause_seconds(error)) is not None:
            self._host(response.url).paused_until = time.monotonic() + pause
        raise error

    async def _request(
        self, url: str, hop: str, max_bytes: int, headers: Mapping[str, str], budget: _Budget
    ) -> Response:
        started = time.monotonic()
        try:
            request = _make_request(hop, headers)
            async with asyncio.timeout(budget.seconds):
                async with self._connections.ask(request) as answer:
                    names = _read_headers(answer.headers)
                    encoded = await _read_body(url, answer, max_bytes) if answer.status in _WHOLE else b""
            body = decode_body(encoded, names.get("content-encoding", ""), max_bytes=max_bytes)
            if body is None:
                raise _too_large(url, max_bytes)
            return Response(url=hop, status=answer.status, headers=names, body=body)
        except TimeoutError as error:
            raise Unreachable(url, f"no whole answer within {self._total_seconds:g} seconds") from error
        except AddressRefused as error:
            raise NotPublic(url, _describe_refusal(hop, error)) from error
        except BrokenBody as error:
            raise Unreachable(url, str(error)) from error
        except (*_NETWORK_ERRORS, httpx2.InvalidURL, UnicodeError, ssl.SSLError) as error:
            raise Unreachable(url, describe_network_error(error)) from error
        finally:
            budget.seconds -= time.monotonic() - started


_NETWORK_ERRORS = (
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


def _make_request(hop: str, headers: Mapping[str, str]) -> httpcore2.Request:
    """No cookies and no referrer: what is read is what anybody reads. Only gzip: the newer encodings expand more."""
    url = httpx2.URL(hop)
    sent = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip"}
    if url.userinfo:
        sent["Authorization"] = "Basic " + base64.b64encode(unquote_to_bytes(url.userinfo)).decode("ascii")
    return httpcore2.Request(
        "GET",
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in (sent | dict(headers)).items()],
        extensions={"timeout": {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS}},
    )


def _read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header names in lower case; of one that stands there several times, all values, joined by commas (RFC 9110)."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


async def _read_body(url: str, answer: httpcore2.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(url, max_bytes)
    return bytes(body)


def _too_large(url: str, max_bytes: int) -> TooLarge:
    return TooLarge(url, f"the answer is larger than {max_bytes / 1e6:.0f} MB")


def _describe_refusal(hop: str, error: AddressRefused) -> str:
    """What was refused, and what to do if it is one's own network."""
    name = urlsplit(hop).hostname
    where = f"{name} is at {error.address}" if name != str(error.address) else str(error.address)
    return (
        f"{where}, which is no public address, so it was not asked. If it is in your own network and you trust it: "
        f"sayso --allow-network {error.address} ..."
    )


def _next_hop(url: str, hop: str, location: str) -> str:
    try:
        return urljoin(hop, location)
    except ValueError as error:
        raise BadInput(url, f"it leads to {location[:200]!r}, which is no address") from error


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
    if isinstance(error, httpcore2.TimeoutException):
        return "the server did not answer in time"
    text = str(error).lower()
    if isinstance(error, ssl.SSLError) or "certificate" in text or "ssl" in text:
        return f"its certificate or encryption is not right ({error})"
    if "name or service" in text or "nodename" in text or "getaddrinfo" in text or "name resolution" in text:
        return "its host name is not known; check the address, or your own network"
    if isinstance(error, httpx2.InvalidURL | UnicodeError):
        return f"this is no address: {error}"
    if isinstance(error, httpcore2.ProxyError):
        return f"the proxy does not do it ({error})"
    if isinstance(error, httpcore2.ConnectError):
        return "no connection: the server refuses it or is not there"
    return f"the answer broke off or makes no sense ({type(error).__name__}: {error})"


def host_pause_seconds(error: Exception) -> float | None:
    """For how long a host wants not to be asked at all, by an answer of 429 or 503; `None` for any other."""
    if not isinstance(error, RefusedByServer) or error.status not in (429, 503):
        return None
    wait = error.retry_after_seconds
    return FIRST_PAUSE_SECONDS if wait is None else min(max(wait, 60.0), LONGEST_PAUSE_SECONDS)


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, which is a number of seconds or a date; `None` where it says nothing usable."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:12])
    at = read_http_date(value)
    return None if at is None else max(0.0, (at - now).total_seconds())


def read_http_date(value: str) -> datetime | None:
    """Read a date of HTTP or of e-mail; one without a zone is UTC."""
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
