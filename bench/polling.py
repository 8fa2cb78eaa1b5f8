"""Feeds and pages per second, cold: `python -m bench.polling [--feeds 2000]`, beside a plain loop in the same run.

One round for each wait of the server: 50 ms, as servers elsewhere answer, 10 ms, and none, where there is nothing to
wait for and only the cost of the processor counts.

A local server (a process of its own) has FEEDS feeds of 20 entries on 40 loopback addresses; one entry of each links
to a page of some 400 words, the others say nothing that has to be fetched or kept. The plain loop is what one writes
first: httpx2 with one client that is kept open, feedparser, trafilatura, one after the other, nothing stored; it runs
in a process that has nothing of sayso, and where it has to wait it gets a tenth of the feeds. sayso polls and fetches
with `app.walk` into a new SQLite store, but reads no text.

Prints both, their ratio, and sayso's peak memory at a quarter of the feeds and at all of them. To be shown is a ratio
of 2. Where the server waits it is reached; where it answers at once it is not: see docs/decisions.md, Polling.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import feedparser
import httpx2
import trafilatura

from bench.apart import Apart, run_apart
from bench.figures import Figure, Sources
from bench.serving import respond, serving

HOSTS = 40
ENTRIES = 20
SENTENCE = (
    "The inspector said on Monday that the plant had leaked solvent into the river for the third time this year. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was fetched, and in how long."""

    feeds: int
    pages: int
    seconds: float

    def per_second(self) -> float:
        return (self.feeds + self.pages) / self.seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--wait-ms", type=int, nargs="+", default=[50, 10, 0], help="how long the server waits")
    arguments = parser.parse_args()
    for wait_ms in arguments.wait_ms:
        with _serving(wait_ms, arguments.feeds) as urls:
            plain = _run_plain_loop_apart(urls, wait_ms)
            quarter = run_apart(run_sayso, urls[: len(urls) // 4])
            whole = run_apart(run_sayso, urls)
        print(f"The server answers after {wait_ms} ms:")
        for name, figure in (("plain loop", plain.result), ("sayso", whole.result)):
            print(f"  {name:12} {figure.feeds} feeds, {figure.pages} pages, {figure.per_second():6.0f} a second")
        print(f"  sayso does {whole.result.per_second() / plain.result.per_second():.2f} times the plain loop")
        small, large = (f"{run.peak_megabytes:.0f} MB at {run.result.feeds} feeds" for run in (quarter, whole))
        print(f"  peak memory, workers included: {small}, {large}")
    return 0


def figures(feeds: int, _sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks."""
    for wait_ms in (50, 0):
        with _serving(wait_ms, feeds) as urls:
            plain = _run_plain_loop_apart(urls, wait_ms)
            ours = run_apart(run_sayso, urls)
        yield Figure(
            value=ours.result.per_second(),
            unit=f"feeds and pages a second, answered after {wait_ms} ms",
            peak_megabytes=ours.peak_megabytes,
            baseline="a plain loop",
            baseline_value=plain.result.per_second(),
        )


@contextmanager
def _serving(wait_ms: int, feeds: int) -> Iterator[list[str]]:
    """A server in a process of its own; yields the addresses of its feeds."""
    hosts = [f"127.0.0.{number + 1}" for number in range(HOSTS)]
    with serving(partial(_answer, wait_ms / 1000), hosts) as port:
        yield [f"http://{hosts[number % HOSTS]}:{port}/feed/{number}" for number in range(feeds)]


def _run_plain_loop_apart(urls: list[str], wait_ms: int) -> Apart[Round]:
    return run_apart(run_plain_loop, urls[: max(len(urls) // 10, 1)] if wait_ms else urls)


def run_plain_loop(urls: list[str]) -> Round:
    started = time.monotonic()
    pages = 0
    with httpx2.Client() as client:
        for url in urls:
            document = feedparser.parse(io.BytesIO(client.get(url).content))
            for entry in document.entries:
                if "/page/" in entry.link:
                    trafilatura.bare_extraction(client.get(entry.link).content, with_metadata=True)
                    pages += 1
    return Round(feeds=len(urls), pages=pages, seconds=time.monotonic() - started)


def run_sayso(urls: list[str]) -> Round:
    # Here, so that the plain loop has nothing of sayso in its process.
    from app.places import Here
    from app.progress import Silent
    from app.walk import Walk
    from graph.following import add_feeds
    from graph.store import Store
    from ingest.addresses import read_networks
    from ingest.http import Fetcher
    from ingest.polling import new_feed
    from ingest.workers import Workers

    async def follow(walk: Walk) -> None:
        async with Fetcher(allowed=read_networks(["127.0.0.0/8"])) as fetcher:
            await walk.follow_feeds(fetcher)

    def clock() -> datetime:
        return datetime.now(UTC)

    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'a.db'}") as store:
        add_feeds(store, [new_feed(url, "Outlet", now=clock()) for url in urls])
        started = time.monotonic()
        with Workers() as workers:
            walk = Walk(store, make_place=Here, clock=clock, reporter=Silent(), run=workers.run)
            asyncio.run(follow(walk))
        seconds = time.monotonic() - started
        if walk.tally.problems:
            raise RuntimeError(walk.tally.problems[0])
        return Round(feeds=walk.tally.feeds, pages=walk.tally.articles, seconds=seconds)


async def _answer(wait_seconds: float, path: str, headers: Mapping[str, str]) -> bytes:
    kind, body = _body(path, headers.get("host", ""))
    await asyncio.sleep(wait_seconds)
    return respond(200 if body else 404, body, kind=kind)


def _body(path: str, host: str) -> tuple[str, bytes]:
    kind, _, name = path.strip("/").partition("/")
    if kind == "page":
        paragraphs = "".join(f"<p>{name} {n}. {SENTENCE * 2}</p>" for n in range(10))
        body = f"<body><article><h1>Page {name}</h1>{paragraphs}</article></body>"
        return "text/html", f"<html lang='en'><head><title>Page {name}</title></head>{body}</html>".encode()
    if kind != "feed":
        return "text/plain", b""
    items = "".join(_item(int(name), n, host) for n in range(ENTRIES))
    channel = f"<channel><title>Feed {name}</title>{items}</channel>"
    return "application/rss+xml", f'<rss version="2.0">{channel}</rss>'.encode()


def _item(feed: int, number: int, host: str) -> str:
    """The first entry has a page; the others have only a title, which is nothing to store."""
    if number == 0:
        return f"<item><title>Page</title><link>http://{host}/page/{feed}</link></item>"
    return f"<item><title>Story {feed}-{number}: {SENTENCE}</title><guid>urn:{feed}:{number}</guid></item>"


if __name__ == "__main__":
    sys.exit(main())
