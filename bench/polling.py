"""Feeds and pages per second, cold: `python -m bench.polling [--feeds 2000]`, beside a plain loop in the same run.

Two rounds: with a server that answers after 50 ms, as servers elsewhere do, and with one that answers at once, where
there is nothing to wait for and only the cost of the processor counts.

A local server (a process of its own) has FEEDS feeds of 20 entries on 40 loopback addresses; one entry of each links
to a page of some 400 words, the others say nothing that has to be fetched or kept. The plain loop is what one writes
first: httpx2 with one client, feedparser, trafilatura, one after the other, nothing stored; where it has to wait it
gets a tenth of the feeds. sayso polls and fetches with `app.walk` into a new SQLite store, but reads no text. Prints
both, their ratio, and sayso's peak memory at a quarter of the feeds and at all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import feedparser
import httpx2
import trafilatura

from app.progress import Silent
from app.walk import Walk
from graph.following import add_feeds
from graph.store import Store
from ingest.addresses import read_networks
from ingest.http import Fetcher
from ingest.polling import new_feed
from ingest.workers import Workers
from nlp.annotation import Annotation

HOSTS = 40
LOOPBACK = read_networks(["127.0.0.0/8"])
ENTRIES = 20
SENTENCE = (
    "The inspector said on Monday that the plant had leaked solvent into the river for the third time this year. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    feeds: int
    pages: int
    seconds: float
    peak_megabytes: float

    def per_second(self) -> float:
        return (self.feeds + self.pages) / self.seconds


class NoReader:
    """Reading is not measured here."""

    version = "none"

    def read(self, texts: Iterable[str]) -> Iterator[Annotation]:
        for _ in texts:
            yield Annotation(language="en")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--wait-ms", type=int, default=50, help="how long the server of the first round waits")
    arguments = parser.parse_args()
    for wait_ms in (arguments.wait_ms, 0):
        with _serving(wait_ms / 1000) as port:
            urls = [f"http://127.0.0.{1 + n % HOSTS}:{port}/feed/{n}" for n in range(arguments.feeds)]
            plain = _in_process(run_plain_loop, urls[: len(urls) // 10] if wait_ms else urls)
            quarter = _in_process(run_sayso, urls[: len(urls) // 4])
            whole = _in_process(run_sayso, urls)
        print(f"The server answers after {wait_ms} ms:")
        for name, figure in (("plain loop", plain), ("sayso", whole)):
            print(f"  {name:12} {figure.feeds} feeds, {figure.pages} pages, {figure.per_second():6.0f} a second")
        print(f"  sayso does {whole.per_second() / plain.per_second():.2f} times the plain loop")
        small, large = quarter.peak_megabytes, whole.peak_megabytes
        print(f"  peak memory {small:.0f} MB at {quarter.feeds} feeds, {large:.0f} MB at {whole.feeds}")
    return 0


@contextmanager
def _serving(wait_seconds: float) -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, wait_seconds), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def run_plain_loop(urls: list[str]) -> Figure:
    started = time.monotonic()
    pages = 0
    with httpx2.Client() as client:
        for url in urls:
            document = feedparser.parse(io.BytesIO(client.get(url).content))
            for entry in document.entries:
                if "/page/" in entry.link:
                    trafilatura.bare_extraction(client.get(entry.link).content, with_metadata=True)
                    pages += 1
    return Figure(feeds=len(urls), pages=pages, seconds=time.monotonic() - started, peak_megabytes=_peak())


def run_sayso(urls: list[str]) -> Figure:
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'a.db'}") as store:
        now = datetime.now(UTC)
        add_feeds(store, [new_feed(url, "Outlet", now=now) for url in urls])
        started = time.monotonic()
        with Workers() as workers:
            walk = Walk(
                store, make_reader=NoReader, clock=lambda: datetime.now(UTC), reporter=Silent(), run=workers.run
            )
            asyncio.run(_follow(walk))
        seconds = time.monotonic() - started
        if walk.tally.problems:
            raise RuntimeError(walk.tally.problems[0])
        return Figure(feeds=walk.tally.feeds, pages=walk.tally.articles, seconds=seconds, peak_megabytes=_peak())


async def _follow(walk: Walk) -> None:
    async with Fetcher(allowed=LOOPBACK) as fetcher:
        await walk.follow_feeds(fetcher)


def _in_process(run: Callable[[list[str]], Figure], urls: list[str]) -> Figure:
    """Run in a fresh process, so that each has its own peak of memory."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send_result, args=(theirs, run, urls))
    process.start()
    figure: Figure = ours.recv()
    process.join()
    return figure


def _send_result(connection: Connection, run: Callable[[list[str]], Figure], urls: list[str]) -> None:
    connection.send(run(urls))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(connection: Connection, wait_seconds: float) -> None:
    """Answer on all loopback addresses after `wait_seconds`, as fast as one process can."""
    asyncio.run(_serve(connection, wait_seconds))


async def _serve(connection: Connection, wait_seconds: float) -> None:
    answer = partial(_answer, wait_seconds)
    addresses = [f"127.0.0.{n + 1}" for n in range(HOSTS)]
    server = await asyncio.start_server(answer, addresses[0], 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    server = await asyncio.start_server(answer, addresses, port)
    connection.send(port)
    async with server:
        await server.serve_forever()


async def _answer(wait_seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            path = line.split()[1].decode()
            host = ""
            while (header := await reader.readline()) not in (b"\r\n", b""):
                if header.lower().startswith(b"host:"):
                    host = header.split(b":", 1)[1].strip().decode()
            kind, body = _body(path, host)
            await asyncio.sleep(wait_seconds)
            status = "200 OK" if body else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (ConnectionError, IndexError):
        pass
    finally:
        writer.close()


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
