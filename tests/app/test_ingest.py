"""Taking in: everything once, nothing lost, whatever is thrown at it."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.demo_server import DemoServer
from app.places import Here
from app.progress import Silent
from app.walk import Walk
from graph.errors import StoreFull
from graph.failures import list_failures
from graph.following import add_feeds
from graph.store import Store
from ingest.article import Article
from ingest.http import Fetcher
from ingest.pages import fetch_article
from ingest.polling import new_feed
from tests.app.world import arguments, check_schema, dump, environment, follow_outlets, sayso
from tests.networks import LOOPBACK

LINE = (
    '{{"url": "https://a.example/{n}", "outlet": "A", "published": "2026-03-0{n}", "title": "t", "text": "{text}"}}\n'
)


def write_lines(path: Path, *texts: str) -> Path:
    path.write_text("".join(LINE.format(n=n, text=text) for n, text in enumerate(texts, start=1)))
    return path


def test_the_same_again_is_not_read_again(filled: str, db: str, tmp_path: Path) -> None:
    shutil.copy(filled.removeprefix("sqlite:///"), tmp_path / "sayso.db")
    before = dump(db)
    done = sayso(db, "ingest", "--quiet", "--json")
    check_schema("ingest", done.lines[0])
    assert done.lines[0]["read"] == 0
    assert sayso(db, "ingest", "--quiet", "--json", "--all-feeds").lines[0]["read"] == 0
    after = dump(db)
    for table in ("articles", "article_versions", "annotations", "attributions", "claims", "claim_members"):
        assert after[table] == before[table]


@pytest.mark.timeout(600)
def test_killed_at_any_moment_it_ends_in_the_same_store(outlets: DemoServer, tmp_path: Path, database_url: str) -> None:
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    follow_outlets(calm, outlets, tmp_path)
    started = time.monotonic()
    sayso(calm, "ingest", "--quiet")
    whole_run_seconds = time.monotonic() - started
    killed = database_url
    follow_outlets(killed, outlets, tmp_path)
    moments = random.Random(7)
    interrupted = 0
    for _ in range(6):
        process = subprocess.Popen(
            arguments("ingest", "--quiet"),
            env=environment(killed),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=moments.uniform(0.2, 0.9) * whole_run_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            interrupted += process.wait() == -9
    assert interrupted >= 2
    sayso(killed, "ingest", "--quiet")
    assert dump(killed) == dump(calm)


def test_one_bad_line_harms_no_other(db: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl", "Ada Brandt said that it leaked.", "Ben Okafor said that it held.")
    file.write_bytes(b'{"url": "javascript:alert(1)", "outlet": "A", "text": "x"}\n\xff\xfe\n' + file.read_bytes())
    done = sayso(db, "ingest", "--quiet", "--json", str(file))
    assert done.code == 3
    assert (done.lines[0]["articles"], done.lines[0]["read"], len(done.lines[0]["problems"])) == (2, 2, 2)
    assert len(sayso(db, "status", "--json").lines[0]["failures"]) == 2


def test_a_text_that_is_not_utf8_is_a_failed_item(db: str, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Präsident\nEr sagte nichts.".encode("latin-1"))
    (tmp_path / "good.txt").write_text("A title\nAda Brandt said that the plant leaked.", encoding="utf-8")
    done = sayso(db, "ingest", "--quiet", "--json", str(tmp_path))
    assert (done.code, done.lines[0]["articles"]) == (3, 1)
    assert "latin.txt" in done.err
    assert "UTF-8" in done.err


def test_a_path_that_is_not_there_is_a_failed_item(db: str, tmp_path: Path) -> None:
    done = sayso(db, "ingest", "--quiet", str(tmp_path / "none.txt"))
    assert done.code == 3
    assert "none.txt" in done.err


def test_a_text_in_another_language_is_kept_and_not_read(db: str, tmp_path: Path) -> None:
    german = (
        "Der Minister sagte am Montag, das Werk habe giftige Stoffe in den Fluss geleitet und nichts gemeldet. " * 5
    )
    done = sayso(db, "ingest", "--quiet", "--json", str(write_lines(tmp_path / "a.jsonl", german)))
    assert done.code == 3
    assert "'de'" in done.err
    assert (done.lines[0]["articles"], done.lines[0]["attributions"]) == (1, 0)


FEEDS = {
    "html": ("<!doctype html><html><body><h1>Not found</h1></body></html>", "text/html", 200),
    "empty": ("", "application/rss+xml", 200),
    "truncated": ('<?xml version="1.0"?><rss version="2.0"><channel><title>T</ti', "application/rss+xml", 200),
    "missing": ("gone", "text/plain", 404),
}


def test_bad_feeds_say_what_is_wrong_and_harm_no_good_one(db: str, httpserver: HTTPServer, outlets: DemoServer) -> None:
    for name, (body, kind, status) in FEEDS.items():
        httpserver.expect_request(f"/{name}").respond_with_data(body, status=status, content_type=kind)
    good = next(url for url in outlets.feed_urls if "river-voice" in url)
    follow_all(db, [good, "http://127.0.0.1:9/dead", *(httpserver.url_for(f"/{name}") for name in FEEDS)])
    done = sayso(db, "ingest", "--quiet", "--json")
    assert (done.code, done.lines[0]["feeds"], done.lines[0]["articles"]) == (3, 1, 1)
    by_name = {
        failure["item"].rsplit("/", 1)[-1]: failure for failure in sayso(db, "status", "--json").lines[0]["failures"]
    }
    assert set(by_name) == {"html", "empty", "truncated", "missing", "dead"}
    assert "a page, not a feed" in by_name["html"]["message"]
    assert "404" in by_name["missing"]["message"]
    assert all(failure["next_try"] for failure in by_name.values())  # a feed is polled again whatever it answered


def follow_all(url: str, feeds: Iterable[str]) -> None:
    with Store.open(url) as store:
        add_feeds(store, [new_feed(feed, None, now=datetime(2026, 3, 5, tzinfo=UTC)) for feed in feeds])


def test_a_page_without_text_and_one_of_30_mb_are_failed_items(db: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/none").respond_with_data("<html><body></body></html>", content_type="text/html")
    big = b"<html><body><p>" + b"word " * 6_000_000 + b"</p></body></html>"
    httpserver.expect_request("/big").respond_with_data(big, content_type="text/html")
    done = sayso(db, "ingest", "--quiet", "--json", httpserver.url_for("/none"), httpserver.url_for("/big"))
    assert (done.code, done.lines[0]["articles"], len(done.lines[0]["problems"])) == (3, 0, 2)


def test_a_locked_store_stops_the_command_and_nothing_is_lost(db: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl", "Ada Brandt said that it leaked.")
    assert sayso(db, "ingest", "--quiet", str(file)).code == 0
    other = sqlite3.connect(tmp_path / "sayso.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = sayso(db, "ingest", "--quiet", str(write_lines(tmp_path / "b.jsonl", "Ben Okafor said that it held.")))
    assert done.code == 1
    assert "another process" in done.err
    assert sayso(db, "claims").code == 0  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert sayso(db, "ingest", "--quiet", str(tmp_path / "b.jsonl")).code == 0


def test_a_read_only_store_stops_what_writes_and_not_what_reads(filled: str, tmp_path: Path) -> None:
    path = filled.removeprefix("sqlite:///")
    read_only = f"sqlite:///file:{path}?mode=ro&uri=true"
    done = sayso(read_only, "ingest", "--quiet", str(write_lines(tmp_path / "a.jsonl", "Ada said that it leaked.")))
    assert done.code == 1
    assert "read-only" in done.err
    assert sayso(read_only, "claims").code == 0


def test_a_store_of_a_newer_schema_is_left_alone(db: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl", "Ada Brandt said that it leaked.")
    sayso(db, "ingest", "--quiet", str(file))
    connection = sqlite3.connect(tmp_path / "sayso.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    done = sayso(db, "claims")
    assert done.code == 1
    assert "newer sayso" in done.err


def test_an_error_that_nobody_foresaw_costs_one_item_and_is_recorded(
    db: str, outlets: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, store = make_walk(db, outlets)

    async def fetch_but_one(fetcher: Fetcher, url: str, **more: Any) -> Article:
        if "art-40117" in url:
            raise RecursionError("too deep")
        return await fetch_article(fetcher, url, **more)

    monkeypatch.setattr("app.walk.fetch_article", fetch_but_one)
    with store:
        asyncio.run(follow(walk))
        (failure,) = [failure for failure in list_failures(store) if failure.stage == "fetch"]
    assert (failure.error, "art-40117" in failure.item) == ("RecursionError", True)
    assert walk.tally.articles == 16


def test_a_store_that_fails_stops_the_walk_with_its_own_error(
    db: str, outlets: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, store = make_walk(db, outlets)

    def fail(*_: object, **__: object) -> None:
        raise StoreFull(db, "no space is left")

    monkeypatch.setattr("app.walk.save_polls", fail)
    with store, pytest.raises(StoreFull):
        asyncio.run(follow(walk))


def make_walk(db: str, outlets: DemoServer) -> tuple[Walk, Store]:
    store = Store.open(db)
    now = datetime(2026, 3, 6, tzinfo=UTC)
    add_feeds(store, [new_feed(url, None, now=now) for url in outlets.feed_urls])
    return Walk(store, make_place=Here, clock=lambda: now, reporter=Silent()), store


async def follow(walk: Walk) -> None:
    async with Fetcher(allowed=LOOPBACK) as fetcher:
        await walk.follow_feeds(fetcher)
