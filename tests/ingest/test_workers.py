"""Workers: what is hostile is killed within its limits, and nothing else is harmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from ingest.errors import RefusedByServer, TooHard
from ingest.feeds import parse_feed
from ingest.workers import Workers
from tests.ingest import hostile

NOW = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, cpu_seconds=2, wall_seconds=6.0) as pool:
        yield pool


def run(workers: Workers, function: Callable[..., object], **arguments: object) -> object:
    return asyncio.run(workers.run("the item", function, **arguments))


def test_a_result_comes_back(workers: Workers) -> None:
    assert run(workers, hostile.double, number=21) == 42


def test_an_error_comes_back_with_all_its_fields(workers: Workers) -> None:
    with pytest.raises(RefusedByServer, match="the server answered 429") as caught:
        run(workers, hostile.refuse)
    error = caught.value
    assert (error.item, error.status, error.retry_after_seconds) == ("https://a.example/", 429, 5.0)


@pytest.mark.parametrize("function", [hostile.spin, hostile.sleep, hostile.take_memory, hostile.die])
def test_what_passes_its_limits_is_given_up_and_others_go_on(workers: Workers, function: Callable[..., object]) -> None:
    async def both() -> tuple[object, object]:
        bad = asyncio.create_task(_outcome(workers, function))
        return await workers.run("other", hostile.double, number=1), await bad

    started = time.monotonic()
    good, bad = asyncio.run(both())
    assert good == 2
    assert isinstance(bad, TooHard)
    assert "the item" in str(bad)
    assert time.monotonic() - started < 15
    assert run(workers, hostile.double, number=3) == 6


async def _outcome(workers: Workers, function: Callable[..., object]) -> object:
    try:
        return await workers.run("the item", function)
    except TooHard as error:
        return error


def feed(head: str = "", item: str = "", before: str = "") -> bytes:
    start = f'<?xml version="1.0"?>{before}<rss version="2.0"><channel{head}><title>T</title>'
    return f"{start}<item><link>https://a.example/</link>{item}</item></channel></rss>".encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE_FEEDS = {
    "an author that a regular expression chokes on": feed(item=f"<author>{'a.' * 50_000}@</author>"),
    "200,000 attributes": feed(head="".join(f' a{n}="x"' for n in range(200_000))),
    "billion laughs": feed(before=f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', item="<title>&l9;</title>"),
    "a file of this machine": feed(
        before='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', item="<title>&f;</title>"
    ),
}


@pytest.mark.parametrize("name", HOSTILE_FEEDS)
def test_a_hostile_feed_is_read_or_given_up_within_its_limits(workers: Workers, name: str) -> None:
    started = time.monotonic()
    arguments = {"body": HOSTILE_FEEDS[name], "url": "https://a.example/", "headers": {}, "now": NOW}
    try:
        outcome = repr(run(workers, parse_feed, **arguments))
    except TooHard as error:
        outcome = str(error)
    assert time.monotonic() - started < 12
    assert "root:" not in outcome
    assert len(outcome) < 1_000_000
    assert run(workers, hostile.double, number=4) == 8


@pytest.mark.parametrize("function", [hostile.spin, hostile.take_memory, hostile.die])
def test_of_a_batch_only_the_one_to_blame_fails(workers: Workers, function: Callable[..., object]) -> None:
    """More are waiting than there are processes, so that they are handed on together."""

    async def all_of_them() -> list[object]:
        good = [workers.run(f"good {n}", hostile.double, number=n) for n in range(20)]
        bad = [_outcome(workers, function)]
        wrong = [_refusal(workers)]
        return await asyncio.gather(*good[:10], *bad, *wrong, *good[10:])

    outcomes = asyncio.run(all_of_them())
    assert outcomes[:10] + outcomes[12:] == [2 * n for n in range(20)]
    assert isinstance(outcomes[10], TooHard)
    assert outcomes[11] == "https://a.example/"


async def _refusal(workers: Workers) -> str:
    try:
        await workers.run("refused", hostile.refuse)
    except RefusedByServer as error:
        return error.item
    return "not refused"


def test_who_no_longer_waits_holds_nothing_up(workers: Workers) -> None:
    async def give_up() -> None:
        waiting = [asyncio.create_task(workers.run("slow", hostile.nap)) for _ in range(30)]
        await asyncio.sleep(0.2)
        for task in waiting:
            task.cancel()

    asyncio.run(give_up())
    assert run(workers, hostile.double, number=5) == 10
