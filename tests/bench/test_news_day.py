"""A small news day through the real `sayso run`: all is well, and the verdict sees what would not be."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.driven_time import DrivenTime, Resting
from bench.news_day import Outcome, Setting, judge, live_through
from bench.news_verdict import Megabytes, find_growth, find_losses, find_unaccounted, url_of
from bench.news_world import OUTAGES, PAGE_FAULTS, START, Fault, invent_day
from bench.serving import CONTEXT
from graph.backup import back_up
from graph.schema import claim_vectors
from graph.store import Store

pytestmark = pytest.mark.timeout(900)  # half a minute on a machine that does nothing else

DAY = invent_day(outlets=6, articles=40, hours=24, seed=0)
MARGIN_MEGABYTES = 250.0  # so few articles do not show in the first hour what reading takes


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    folder = tmp_path_factory.mktemp("day")
    options = ("--every", "15m", "--graph-every", "12h")
    return Setting(url=f"sqlite:///{folder / 'day.db'}", folder=folder, options=options, spacing_seconds=0.0)


@pytest.fixture(scope="module")
def outcome(setting: Setting) -> Outcome:
    return live_through(DAY, setting, tell=lambda _: None)


@pytest.fixture
def store(setting: Setting, outcome: Outcome) -> Iterator[Store]:
    with Store.open(setting.url, create=False) as store:
        yield store


def wrong_with(store: Store, outcome: Outcome) -> list[str]:
    return judge(store, DAY, outcome, margin_megabytes=MARGIN_MEGABYTES)


@contextmanager
def damaged(store: Store, folder: Path, statement: str, value: str) -> Iterator[Store]:
    """A copy of the store in which a foreign hand has done something."""
    back_up(store, folder / "copy.db")
    with closing(sqlite3.connect(folder / "copy.db")) as connection:
        assert connection.execute(statement, (value,)).rowcount == 1
        connection.commit()
    with Store.open(f"sqlite:///{folder / 'copy.db'}", create=False) as copy:
        yield copy


def test_a_day_in_which_much_goes_wrong_loses_nothing(store: Store, outcome: Outcome) -> None:
    assert wrong_with(store, outcome) == []
    assert len(outcome.hours) >= 24
    made = {line["fault"] for line in outcome.requests}
    assert made >= set(PAGE_FAULTS)
    assert made & set(OUTAGES)
    assert 304 in {line["status"] for line in outcome.requests}
    with store.reading() as connection:
        vectors = connection.execute(select(func.count()).select_from(claim_vectors)).scalar_one()
    assert sum(line.get("linked", 0) for line in outcome.log) == vectors > 0


def test_other_words_than_were_published_are_seen(store: Store, outcome: Outcome) -> None:
    first, *others = DAY.items
    other = replace(DAY, items=(replace(first, text="Other words."), *others))
    assert [wrong for wrong in find_losses(store, other, outcome.requests, outcome.port) if "other words" in wrong]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM articles WHERE url = ?", "lost"),
        ("DELETE FROM feed_entries WHERE url = ?", "0 entries"),
    ],
    ids=["lost", "forgotten"],
)
def test_an_item_that_is_not_as_it_was_published_is_seen(
    store: Store, outcome: Outcome, tmp_path: Path, statement: str, words: str
) -> None:
    url = url_of(next(item for item in DAY.items if item.fault is None), outcome.port)
    with damaged(store, tmp_path, statement, url) as copy:
        assert any(url in wrong and words in wrong for wrong in wrong_with(copy, outcome))


def test_a_failure_that_is_not_on_record_is_seen(store: Store, outcome: Outcome, tmp_path: Path) -> None:
    url = url_of(next(item for item in DAY.items if item.fault is Fault.EMPTY), outcome.port)
    with damaged(store, tmp_path, "DELETE FROM failures WHERE item = ?", url) as copy:
        assert [wrong for wrong in wrong_with(copy, outcome) if url in wrong]


def test_an_error_that_nobody_made_is_seen_and_one_that_nobody_told_of(outcome: Outcome) -> None:
    assert find_unaccounted(outcome.log, [line for line in outcome.requests if line["fault"] != Fault.LATE])
    assert find_unaccounted([line for line in outcome.log if "502" not in line["message"]], outcome.requests)
    error = {"at": START.isoformat(), "level": "error", "message": "read: paused for 5 s: no space is left"}
    assert find_unaccounted([*outcome.log, error], outcome.requests)


def test_memory_that_grows_is_seen() -> None:
    calm = [Megabytes(both=800.0), Megabytes(both=840.0)]
    assert find_growth(calm, 100.0) == []
    assert find_growth([*calm, Megabytes(both=901.0)], 100.0)


def test_time_jumps_only_when_all_rest() -> None:
    driven, seen = DrivenTime(START, CONTEXT), {"hourly": list[float](), "half-hourly": list[float]()}

    async def go_on(name: str, seconds: float, resting: Resting) -> None:
        while len(seen[name]) < 6:
            seen[name].append((driven.now() - START).total_seconds() / 1800)
            await asyncio.sleep(0.02)  # at work
            await resting.rest(seconds, asyncio.Event())

    async def live() -> None:
        resting = Resting(driven, stages=2)
        tasks = [asyncio.create_task(go_on("hourly", 3600, resting))]
        tasks.append(asyncio.create_task(go_on("half-hourly", 1800, resting)))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        tasks[0].cancel()

    driven.begin()
    asyncio.run(asyncio.wait_for(live(), 60))
    assert seen["half-hourly"] == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.05)
    assert seen["hourly"][:3] == pytest.approx([0, 2, 4], abs=0.05)


def test_who_rests_is_woken_at_once() -> None:
    async def live() -> None:
        resting, wake = Resting(DrivenTime(START, CONTEXT), stages=2), asyncio.Event()
        task = asyncio.create_task(resting.rest(3600, wake))
        await asyncio.sleep(0.01)
        wake.set()
        await asyncio.wait_for(task, 30)

    asyncio.run(live())
