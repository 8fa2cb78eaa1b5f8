"""What must be true after a news day: no item lost, none twice, every error one that the server made, memory flat.

Each check returns what is wrong, in words; nothing where all is well.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bench.news_world import FOR_EVER, Fault, Item, NewsDay, host_of
from graph.checking import find_faults
from graph.failures import list_failures
from graph.following import list_feeds
from graph.linking import count_unlinked
from graph.schema import annotations_table, article_versions, articles, feed_entries
from graph.store import Store

# A problem in the words of `sayso run`: of a feed or page, after the name of the stage.
_PROBLEM = re.compile(r"^follow: (?P<url>http\S+): (?P<words>.*)", re.DOTALL)
# What sayso says of an item that it did not ask for, because of what its host had answered to something else.
_INDIRECT = re.compile("asked for a pause|robots.txt cannot be read")
# The errors of the failures that stay, by what the server does.
_LASTING = {Fault.GONE: "RefusedByServer", Fault.EMPTY: "NoText"}

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Megabytes:
    """The most that the process, its children, and both together took in an hour."""

    own: float = 0.0
    children: float = 0.0
    both: float = 0.0


def url_of(item: Item, port: int) -> str:
    return f"http://{host_of(item.outlet)}:{port}{item.path}"


def is_settled(store: Store, day: NewsDay) -> bool:
    """Whether all feeds have been polled after the day's end, and all that is to be stored has been stored and read."""
    expected = sum(item.fault not in FOR_EVER for item in day.items)
    if any(state.last_success_at is None or state.last_success_at < day.end for state in list_feeds(store)):
        return False
    return _count(store, articles) >= expected and not _count_unread(store) and not count_unlinked(store)


def find_losses(store: Store, day: NewsDay, requests: Iterable[Line], port: int) -> list[str]:
    """Hold the store to what was published: each item is there once, with its words, or its failure is on record."""
    made = {(line["url"], line["fault"]) for line in requests if line["fault"]}
    stored = _load_texts(store)
    failed = {failure.item: failure.error for failure in list_failures(store, limit=len(day.items) + day.outlets)}
    entries = _load_entries(store)
    wrong = []
    for item in day.items:
        url = url_of(item, port)
        texts = stored.pop(url, [])
        if item.fault in FOR_EVER:
            is_right = (url, item.fault) in made and failed.pop(url, None) == _LASTING[item.fault] and not texts
            wrong += [] if is_right else [f"{url}: no failure on record, as there should be: {item.fault}"]
        elif not texts:
            wrong.append(f"{url}: lost" + (f" ({failed.pop(url)} is on record)" if url in failed else ""))
        elif [_fold(text) for text in texts] != [_fold(item.text)]:
            wrong.append(f"{url}: stored {len(texts)} times, or with other words")
        if entries[url] != 1:
            wrong.append(f"{url}: {entries[url]} entries of feeds, not one")
    wrong += [f"{url}: stored, and was never published" for url in stored]
    wrong += [f"{item}: still failing ({error})" for item, error in failed.items()]
    wrong += [f"{number} {words}" for words, number in _count_waiting(store).items() if number]
    return wrong + [f"{fault.item}: {fault.what} (sayso check)" for fault in find_faults(store)]


def find_unaccounted(log: Sequence[Line], requests: Iterable[Line]) -> list[str]:
    """Hold the problems that `sayso run` told of to the failures that the server made: each one has its other."""
    made = Counter[str]()
    hosts: dict[str, int] = defaultdict(int)
    for line in requests:
        if line["fault"]:
            made[line["url"]] += 1
            hosts[_host(line["url"])] += line["fault"] == Fault.BUSY
    told = Counter[str]()
    wrong = [f"the log says: {line['message']}" for line in log if line["level"] not in ("info", "warning")]
    for url, words in find_problems(log):
        if not _INDIRECT.search(words):
            told[url] += 1
        elif not hosts[_host(url)]:
            wrong.append(f"{url}: {words}: its host has always answered")
    for url in sorted(made.keys() | told.keys()):
        is_of_page = "/robots.txt" in url and hosts[_host(url)]  # told of with the pages that were not asked for
        if made[url] != told[url] and not is_of_page:
            wrong.append(f"{url}: the server failed {made[url]} times, the log tells of {told[url]}")
    others = [line["message"] for line in log if line["level"] == "warning" and not _PROBLEM.match(line["message"])]
    return wrong + [f"the log says: {message}" for message in others]


def find_problems(log: Iterable[Line]) -> Iterator[tuple[str, str]]:
    """Yield the address of each item that failed, and why."""
    for line in log:
        if line["level"] == "warning" and (found := _PROBLEM.match(line["message"])):
            yield found["url"], found["words"]


def find_growth(hours: Sequence[Megabytes], margin_megabytes: float) -> list[str]:
    """Hold the memory of the later hours to that of the first."""
    if len(hours) < 2:
        return ["memory was seen in less than two hours"]
    first, later = hours[0], max(hours[1:], key=lambda hour: hour.both)
    if later.both <= first.both + margin_megabytes:
        return []
    return [f"memory grew from {first.both:.0f} MB in the first hour to {later.both:.0f} MB"]


def _load_texts(store: Store) -> dict[str, list[str]]:
    query = select(articles.c.url, article_versions.c.text).join(
        article_versions, article_versions.c.article_id == articles.c.id
    )
    texts: dict[str, list[str]] = defaultdict(list)
    with store.reading() as connection:
        for url, text in connection.execute(query):
            texts[url].append(text)
    return texts


def _load_entries(store: Store) -> Counter[str]:
    with store.reading() as connection:
        return Counter(connection.execute(select(feed_entries.c.url)).scalars())


def _count_waiting(store: Store) -> dict[str, int]:
    return {"versions are not read": _count_unread(store), "claims are not linked": count_unlinked(store)}


def _count_unread(store: Store) -> int:
    return _count(store, article_versions) - _count(store, annotations_table)


def _count(store: Store, table: Any) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _host(url: str) -> str:
    return url.split("/")[2]


def _fold(text: str) -> str:
    return " ".join(text.split())
