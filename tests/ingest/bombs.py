"""Fetch one address in a process of its own and print by how many MB its memory rose: for the tests of bombs."""

from __future__ import annotations

import asyncio
import resource
import sys

from ingest.errors import IngestError
from ingest.http import Fetcher
from tests.networks import LOOPBACK


async def fetch(url: str, max_bytes: int) -> str:
    async with Fetcher(allowed=LOOPBACK) as fetcher:
        try:
            response = await fetcher.fetch(url, max_bytes=max_bytes)
        except IngestError as error:
            return type(error).__name__
        return f"{len(response.body)} bytes"


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    asyncio.run(fetch(sys.argv[1] + "small", 1000))
    before = peak_megabytes()
    outcome = asyncio.run(fetch(sys.argv[1] + sys.argv[2], 8_000_000))
    print(outcome, f"{peak_megabytes() - before:.0f}")
