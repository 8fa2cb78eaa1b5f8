"""The one seam to HTTP: fetch a URL within limits of time, size and hops, and say in plain words what went wrong.

Everything from outside is hostile: only http and https on every hop, a total timeout, a limit on the decoded body, one
request in flight a host. Foreign exceptions become this room's here and nowhere else.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx2

from ingest.errors import BadInput, RefusedByServer, TooLarge, Unreachable

USER_AGENT = "sayso/0.1 (news attribution research; +urn:sayso)"
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
TOTAL_SECONDS = 30.0
CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
MOST_REDIRECTS = 5
REQUESTS_AT_ONCE = 32
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered. `url` is the final one, header names are lower case, a 304 has an empty body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Fetches URLs. Use in an `async with`."""

    def __init__(self, *, total_seconds: float = TOTAL_SECONDS) -> None:
        self._total_seconds = total_seconds
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._all = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._client = httpx2.AsyncClient(
            # Only gzip: the other encodings can be stacked and expand without bound.
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
            follow_redirects=False,
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
            RefusedByServer: the answer is 400 or more.
            Unreachable: no answer, or none in time.
        """
        hop = url
        for _ in range(MOST_REDIRECTS + 1):
            check_scheme(hop)
            async with self._all, self._hosts[urlsplit(hop).netloc]:
                response = await self._request(url, hop, max_bytes, headers or {})
            if response.status not in _REDIRECTS or "location" not in response.headers:
                return _accepted(url, response)
            hop = urljoin(hop, response.headers["location"])
        raise Unreachable(url, f"more than {MOST_REDIRECTS} redirects, the last to {hop}")

    async def _request(self, url: str, hop: str, max_bytes: int, headers: Mapping[str, str]) -> Response:
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                self._client.stream("GET", hop, headers=dict(headers)) as answer,
            ):
                names = {name.lower(): value for name, value in answer.headers.items()}
                is_read = answer.status_code == 200
                body = await _read_body(url, answer, max_bytes) if is_read else b""
                return Response(url=hop, status=answer.status_code, headers=names, body=body)
        except TimeoutError as error:
            raise Unreachable(url, f"no whole answer within {self._total_seconds:g} seconds") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError, ssl.SSLError) as error:
            raise Unreachable(url, describe_network_error(error)) from error


async def _read_body(url: str, answer: httpx2.Response, max_bytes: int) -> bytes:
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
    except ValueError as error:
        raise BadInput(url, f"this is no URL: {error}") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadInput(url, "only http and https addresses are fetched")


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


def _accepted(url: str, response: Response) -> Response:
    if response.status == 200 or response.status == 304:
        return response
    wait = retry_after_seconds(response.headers.get("retry-after"), now=datetime.now(UTC))
    raise RefusedByServer(url, response.status, retry_after_seconds=wait)


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
