"""robots.txt: which pages of a site programs may fetch, and how fast. Asked once a host and run.

For pages that sayso finds by itself, through feeds; not for feeds and pages that a person named. Source: RFC 9309: no
file means all is allowed, a file that the server fails to give means nothing is.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from protego import Protego

from ingest.errors import BadInput, Disallowed, IngestError, RefusedByServer, RobotsUnknown
from ingest.http import PRODUCT, Fetcher

ROBOTS_LIMIT_BYTES = 512_000


class Robots:
    """The rules of the sites that one run fetches pages from."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    async def check(self, url: str) -> None:
        """Return if the page may be fetched.

        Raises:
            Disallowed: the site does not want it.
            RobotsUnknown: its robots.txt could not be read.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._load(site))
        try:
            rules = await self._rules[site]
        except IngestError as error:
            raise RobotsUnknown(url, f"not fetched, since the site's robots.txt cannot be read ({error})") from error
        if not rules.can_fetch(url, PRODUCT):
            raise Disallowed(url, "the site's robots.txt does not want programs to fetch this page")

    async def _load(self, site: str) -> Protego:
        try:
            response = await self._fetcher.fetch(f"{site}/robots.txt", max_bytes=ROBOTS_LIMIT_BYTES)
            text = response.body.decode("utf-8", "replace")
        except BadInput:
            text = ""  # a redirect to what is no web address: there is no such file
        except RefusedByServer as error:
            if error.status >= 500 or error.status == 429:
                raise
            text = ""
        rules = Protego.parse(text)
        delay = rules.crawl_delay(PRODUCT)
        if delay is not None:
            self._fetcher.space_out(site, float(delay))
        return rules
