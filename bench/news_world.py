"""An invented news day: outlets, what they publish and when, and what goes wrong at them; and the web server of it all.

Each outlet has a feed that shows its latest items and a page for each. A tenth of the items stand there when the day
begins; the others appear over its hours. Some are copies of an agency's text, as `bench.generator` makes them. What the
server does wrong it does on purpose, and writes down: each request is a line of JSON in a log.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from html import escape
from itertools import islice
from pathlib import Path
from random import Random

from bench.driven_time import DrivenTime
from bench.serving import respond

START = datetime(2026, 3, 5, tzinfo=UTC)
SHOWN = 50  # items in a feed
THERE_BEFORE = 0.1  # of the items, when the day begins
WITH_OUTAGE = 0.1  # of the outlets
WITH_FAULT = 0.01  # of the pages, for each fault
LEAST_CHARACTERS = 400  # of a text: of a shorter one, whatever finds it on a page is not sure
LATE_ANSWERS = 2  # failures of a page before it is there


class Fault(StrEnum):
    """What the server does wrong: the first four to a feed for some hours, the others to a page."""

    BUSY = "503"  # the whole host, with Retry-After
    BROKEN = "500"
    NO_FEED = "no feed"  # a page of excuses
    HANGS_UP = "hangs up"
    GONE = "404"  # for ever
    EMPTY = "no text"  # for ever
    LATE = "502"  # the first times


OUTAGES = (Fault.BUSY, Fault.BROKEN, Fault.NO_FEED, Fault.HANGS_UP)
PAGE_FAULTS = (Fault.GONE, Fault.EMPTY, Fault.LATE)
FOR_EVER = (Fault.GONE, Fault.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article as it is published. `at` is when it appears; `text` has a paragraph a line."""

    number: int
    outlet: int
    at: datetime
    title: str
    text: str
    fault: Fault | None = None

    @property
    def path(self) -> str:
        return f"/news/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    fault: Fault
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsDay:
    """`items` by the time at which they appear; `outages` by outlet, at most one each."""

    outlets: int
    end: datetime
    items: tuple[Item, ...]
    outages: Mapping[int, Outage]


def host_of(outlet: int) -> str:
    return f"outlet-{outlet}.example"


def invent_day(*, outlets: int, articles: int, hours: float, seed: int) -> NewsDay:
    """Make up a day, the same for the same seed."""
    from bench.generator import generate  # here: the server's process has no use for it

    random = Random(seed)
    end = START + timedelta(hours=hours)
    moments = [max(0.0, random.uniform(-THERE_BEFORE, 1 - THERE_BEFORE)) / (1 - THERE_BEFORE) for _ in range(articles)]
    weights = [1 / (10 + number) for number in range(outlets)]
    chosen = random.choices(range(outlets), weights, k=articles)
    count = max(1, round(articles * WITH_FAULT))
    faulty = random.sample(range(articles), count * len(PAGE_FAULTS))
    faults = {number: PAGE_FAULTS[place % len(PAGE_FAULTS)] for place, number in enumerate(faulty)}
    # A story's copies come one after the other.
    fit = (article for article, _ in generate(articles * 40, seed=seed) if _is_fit(article.text))
    written = islice(fit, articles)
    items = tuple(
        Item(
            number=number,
            outlet=outlet,
            at=START + moment * (end - START),
            title=article.title,
            text=f"{article.credit or ''} {article.text}".strip(),
            fault=faults.get(number),
        )
        for number, (moment, outlet, article) in enumerate(zip(sorted(moments), chosen, written, strict=True))
    )
    return NewsDay(outlets=outlets, end=end, items=items, outages=_make_outages(random, outlets, hours))


def _is_fit(text: str) -> bool:
    """Whether it is long enough, and repeats no paragraph: whatever finds texts on pages takes one that comes twice for
    the site's own words, and keeps it once.
    """
    paragraphs = [line.strip() for line in text.splitlines()]
    return len(text) >= LEAST_CHARACTERS and len(set(paragraphs)) == len(paragraphs)


def _make_outages(random: Random, outlets: int, hours: float) -> dict[int, Outage]:
    """Each begins when all feeds have been polled, and is over some hours before the end."""
    hit = random.sample(range(outlets), max(min(len(OUTAGES), outlets), round(outlets * WITH_OUTAGE)))
    outages = {}
    for number, outlet in enumerate(hit):
        since = START + timedelta(hours=hours * random.uniform(0.1, 0.6))
        until = since + timedelta(hours=hours * random.uniform(0.05, 0.15))
        outages[outlet] = Outage(fault=OUTAGES[number % len(OUTAGES)], since=since, until=until)
    return outages


class NewsServer:
    """Answers for all outlets of a day, by the `Host` that is asked for, and logs what it did to the file at `log`."""

    def __init__(self, day: NewsDay, time: DrivenTime, log: Path) -> None:
        self._day = day
        self._time = time
        self._log = log
        self._by_outlet: dict[str, list[Item]] = {host_of(number): [] for number in range(day.outlets)}
        for item in day.items:
            self._by_outlet[host_of(item.outlet)].append(item)
        self._outages = {host_of(number): outage for number, outage in day.outages.items()}
        self._asked = Counter[str]()

    async def __call__(self, path: str, headers: Mapping[str, str]) -> bytes | None:
        now = self._time.now()
        host = headers.get("host", "")
        fault = self._find_fault(host.partition(":")[0], path, now)
        answer = self._fail(fault) if fault is not None else self._answer(host, path, headers, now)
        status = int(answer.split(b" ", 2)[1]) if answer is not None else 0
        line = {"at": now.isoformat(), "url": f"http://{host}{path}", "status": status, "fault": fault}
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return answer

    def _find_fault(self, name: str, path: str, now: datetime) -> Fault | None:
        outage = self._outages.get(name)
        is_out = outage is not None and outage.since <= now < outage.until
        if outage is not None and is_out and (path == "/feed" or outage.fault is Fault.BUSY):
            return outage.fault
        item = self._find_item(path)
        if item is None or item.fault is None:
            return None
        self._asked[path] += 1
        return None if item.fault is Fault.LATE and self._asked[path] > LATE_ANSWERS else item.fault

    def _fail(self, fault: Fault) -> bytes | None:
        if fault is Fault.HANGS_UP:
            return None
        if fault in (Fault.NO_FEED, Fault.EMPTY):
            return respond(200, b"<html><head><title>Sorry</title></head><body></body></html>")
        headers = {"retry_after": "1200"} if fault is Fault.BUSY else {}
        return respond(int(fault), b"Sorry", **headers)

    def _answer(self, host: str, path: str, headers: Mapping[str, str], now: datetime) -> bytes:
        if path == "/feed":
            body = self._write_feed(host, now)
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if headers.get("if-none-match") == tag:
                return respond(304, etag=tag)
            return respond(200, body, kind="application/rss+xml", etag=tag)
        item = self._find_item(path)
        if item is None:  # robots.txt: there is none
            return respond(404)
        return respond(200, _write_page(item))

    def _find_item(self, path: str) -> Item | None:
        number = path.removeprefix("/news/")
        return self._day.items[int(number)] if number.isdecimal() and int(number) < len(self._day.items) else None

    def _write_feed(self, host: str, now: datetime) -> bytes:
        items = self._by_outlet[host.partition(":")[0]]
        published = items[: bisect_right(items, now, key=lambda item: item.at)]
        entries = "".join(_write_entry(item, host) for item in reversed(published[-SHOWN:]))
        title = f"Outlet {host.partition(':')[0].partition('.')[0]}"
        return f'<rss version="2.0"><channel><title>{title}</title>{entries}</channel></rss>'.encode()


def _write_entry(item: Item, host: str) -> str:
    link = f"http://{host}{item.path}"
    summary = "" if item.fault is Fault.EMPTY else f"<description>{escape(item.title)}.</description>"
    return (
        f"<item><guid>{link}</guid><link>{link}</link><title>{escape(item.title)}</title>{summary}"
        f"<pubDate>{format_datetime(item.at)}</pubDate></item>"
    )


def _write_page(item: Item) -> bytes:
    paragraphs = "".join(f"<p>{escape(line.strip())}</p>" for line in item.text.splitlines())
    return (
        f"<html lang='en'><head><title>{escape(item.title)}</title></head>"
        f"<body><article><h1>{escape(item.title)}</h1>{paragraphs}</article></body></html>"
    ).encode()
