"""The scheduler, as a process of its own: it works alone, stops when told, and outlives what fails."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo_server import DemoServer
from app.places import Here
from app.scheduler import Scheduler
from app.walk import Walk
from graph.alone import alone
from graph.errors import AlreadyRunning, StoreFull
from graph.following import add_feeds
from graph.store import BUSY_TIMEOUT_SECONDS, Store
from ingest.http import Fetcher
from ingest.polling import new_feed
from ingest.workers import run_here
from tests.app.world import arguments, dump, environment, follow_outlets, sayso
from tests.postgres import run_postgres


@contextmanager
def running(url: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        arguments("run", "--every", "1s", *options), env=environment(url), stderr=subprocess.PIPE, cwd=Path.cwd()
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(check: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.3)


def has_read(url: str, articles: int) -> bool:
    (status,) = sayso(url, "status", "--json").lines
    return bool(status["counts"]["articles"] == articles and status["unread_versions"] == 0)


@pytest.mark.timeout(300)
def test_it_reads_all_that_comes_in_alone_and_stops_when_told(
    outlets: DemoServer, database_url: str, tmp_path: Path, filled: str
) -> None:
    follow_outlets(database_url, outlets, tmp_path)
    with running(database_url, "--log-json") as process:
        wait_until(lambda: has_read(database_url, 17))
        second = sayso(database_url, "run")
        assert (second.code, "another `sayso run` is following" in second.err) == (1, True)
        assert sayso(database_url, "health").code == 0
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    lines = [json.loads(line) for line in err.decode().splitlines()]
    assert [sum(line.get(figure, 0) for line in lines) for figure in ("articles", "read")] == [17, 17]
    assert comparable(dump(database_url)) == comparable(dump(filled))


@pytest.mark.timeout(300)
def test_a_database_that_goes_away_and_returns_costs_only_time(
    outlets: DemoServer, tmp_path: Path, filled: str
) -> None:
    with run_postgres() as server:
        url = server.url(server.create_database())
        follow_outlets(url, outlets, tmp_path)
        with running(url) as process:
            wait_until(lambda: bool(sayso(url, "status", "--json").lines[0]["counts"]["articles"] > 2))
            server.stop()
            time.sleep(3)  # longer than it rests, and shorter than its first pause
            assert process.poll() is None
            server.start()
            wait_until(lambda: has_read(url, 17))
            wait_until(lambda: sayso(url, "run").code == 1)  # it has its place again, which went with the database
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
        assert process.returncode == 0
        assert b"paused for" in err
        assert b"does not answer" in err
        assert comparable(dump(url)) == comparable(dump(filled))


@pytest.mark.timeout(300)
def test_another_who_writes_for_a_while_pauses_nothing(sqlite_url: str, outlets: DemoServer, tmp_path: Path) -> None:
    follow_outlets(sqlite_url, outlets, tmp_path)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with running(sqlite_url) as process, Store.open(sqlite_url) as store:
        wait_until(lambda: _is_taken(store))
        time.sleep(BUSY_TIMEOUT_SECONDS + 6)  # it polls and would save at once
        other.execute("ROLLBACK")
        wait_until(lambda: has_read(sqlite_url, 17))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    other.close()
    assert b"paused" not in err


def comparable(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, int]:
    """How many rows of each table that both hold whatever the order in which the work was done."""
    tables = ("articles", "article_versions", "attributions", "claims", "claim_members", "derivations")
    return {table: len(rows[table]) for table in tables}


def test_who_is_killed_leaves_the_place_free(sqlite_url: str, outlets: DemoServer, tmp_path: Path) -> None:
    follow_outlets(sqlite_url, outlets, tmp_path)
    for _ in range(2):
        with running(sqlite_url) as process, Store.open(sqlite_url) as store:
            wait_until(lambda store=store: _is_taken(store))  # type: ignore[misc]
            assert process.poll() is None


def _is_taken(store: Store) -> bool:
    try:
        with alone(store):
            return False
    except AlreadyRunning:
        return True


def test_the_place_is_one_on_both_databases(database_url: str) -> None:
    with Store.open(database_url) as store, Store.open(database_url) as other:
        with alone(store):
            assert _is_taken(other)
        assert not _is_taken(other)


def test_a_store_that_fails_pauses_the_work_and_is_tried_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = 0

    async def fail_twice(walk: Walk, _fetcher: Fetcher) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            walk.tally.problems.append("https://a.example/1: the server answered 500")
            raise StoreFull(sqlite_url, "no space is left")
        if rounds == 2:
            raise RuntimeError("a mistake of ours")
        scheduler.stop()

    monkeypatch.setattr(Walk, "follow_feeds", fail_twice)
    monkeypatch.setattr("app.scheduler.FIRST_PAUSE_SECONDS", 0.01)
    with Store.open(sqlite_url) as store:
        scheduler = Scheduler(
            store,
            make_fetcher=Fetcher,
            place=Here(),
            run=run_here,
            clock=lambda: datetime.now(UTC),
            every_seconds=0.01,
        )
        asyncio.run(asyncio.wait_for(scheduler.run(), timeout=30))
    assert rounds == 3
    assert "no space is left" in caplog.text
    assert "follow: https://a.example/1: the server answered 500" in caplog.text  # not lost with the round
    assert "a mistake of ours" in caplog.text


def test_a_poll_that_is_late_is_no_health(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        add_feeds(store, [new_feed("https://a.example/feed", None, now=datetime.now(UTC) - timedelta(hours=3))])
    late = sayso(sqlite_url, "health")
    assert (late.code, "1 feed should" in late.err) == (3, True)
    assert sayso(sqlite_url, "health", "--within", "1d").code == 0
    assert sayso(sqlite_url, "health", "--within", "soon").code == 2
    assert sayso(sqlite_url + "none", "health").code == 1


def test_metrics_are_served(sqlite_url: str, unused_tcp_port: int) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/metrics"

    def is_served() -> bool:
        try:
            return "sayso_unread_versions 0.0" in urllib.request.urlopen(address).read().decode()
        except OSError:
            return False

    with running(sqlite_url, "--metrics-port", str(unused_tcp_port)):
        wait_until(is_served)


@pytest.fixture
def unused_tcp_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
