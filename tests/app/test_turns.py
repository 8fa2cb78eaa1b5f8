"""No two items of one host at once, nobody kept waiting by another, nothing lost."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.turns import READ_AHEAD, Turns


def work(items: list[str], workers: int) -> tuple[list[str], int]:
    """Have `workers` work off the items, whose first letter is the host; return their order and the most at once."""
    order: list[str] = []
    at_once: Counter[str] = Counter()
    most = 0

    async def worker(turns: Turns[str]) -> None:
        nonlocal most
        while (item := await turns.take()) is not None:
            order.append(item)
            at_once[item[0]] += 1
            most = max(most, at_once[item[0]])
            await asyncio.sleep(0)
            at_once[item[0]] -= 1
            turns.done(item)

    async def run() -> None:
        turns = Turns(iter(items), lambda item: item[0])
        await asyncio.gather(*(worker(turns) for _ in range(workers)))

    asyncio.run(asyncio.wait_for(run(), timeout=20))
    return order, most


@given(st.lists(st.sampled_from(["a1", "a2", "b1", "c1", "c2"]), max_size=40), st.integers(1, 5))
def test_everything_is_done_once_and_one_of_a_host_at_a_time(items: list[str], workers: int) -> None:
    order, most = work(items, workers)
    assert (sorted(order), most) == (sorted(items), min(1, len(items)))


def test_a_host_with_a_hundred_items_keeps_no_other_waiting() -> None:
    order, _ = work(["a1"] * 100 + ["b1", "c1"], workers=4)
    assert max(order.index("b1"), order.index("c1")) < 6


def test_it_reads_no_more_ahead_than_it_says() -> None:
    read = 0

    def items() -> list[str]:
        return ["a"] * (3 * READ_AHEAD)

    async def run() -> None:
        nonlocal read

        def counted() -> object:
            nonlocal read
            for item in items():
                read += 1
                yield item

        turns = Turns(iter(counted()), str)  # type: ignore[call-overload]
        await turns.take()

    asyncio.run(run())
    assert read == READ_AHEAD
