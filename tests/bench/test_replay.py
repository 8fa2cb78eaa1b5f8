"""The replay of recorded feeds: every item once, true changes only, gaps seen; resumable, and the same everywhere."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.world import CHECKOUT, dump

START = 1_700_000_000


def rss(*items: tuple[str, str, str]) -> str:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://a.example/{path}</link><title>{title}</title></item>"
        for guid, path, title in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'


def numbered(first: int, last: int, title: str = "Story") -> str:
    return rss(*((f"g{n}", f"{n}?utm_source=rss", f"{title} {n}") for n in range(first, last)))


SNAPSHOTS = [
    numbered(0, 10),
    numbered(5, 15),  # five are known, five new
    numbered(5, 15),  # nothing new
    "<html><body>403 Forbidden</body></html>",
    rss(("g14", "14", "Story 14, corrected"), ("other guid", "13", "Story 13"), ("g15", "15", "Story 15")),
    numbered(30, 40),  # a gap
]
EXPECTED = {"snapshots": 6, "failed": 1, "items": 26, "versions": 1, "duplicates": 0, "gaps": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for outlet in ("herald", "times"):
        (tmp_path / "feeds" / outlet).mkdir(parents=True)
        for number, body in enumerate(SNAPSHOTS):
            path = tmp_path / "feeds" / outlet / f"{START + 3600 * number}_x.xml.gz"
            path.write_bytes(gzip.compress(body.encode()))
    (tmp_path / "feeds" / "herald" / "notes.txt").write_text("not a snapshot")
    return tmp_path / "feeds"


def command(folder: Path, url: str) -> list[str]:
    return [sys.executable, "-m", "bench.replay", str(folder), "--db", url]


def replay(folder: Path, url: str) -> dict[str, dict[str, int]]:
    done = subprocess.run(command(folder, url), cwd=CHECKOUT, capture_output=True, check=True, timeout=120)
    figures: dict[str, dict[str, int]] = json.loads(done.stdout)
    return figures


def test_every_item_once_true_changes_only_and_gaps_seen(folder: Path, database_url: str) -> None:
    assert replay(folder, database_url) == {"herald": EXPECTED, "times": EXPECTED}


def test_a_second_run_writes_nothing(folder: Path, sqlite_url: str) -> None:
    replay(folder, sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    before = (path.read_bytes(), dump(sqlite_url))
    assert replay(folder, sqlite_url)["herald"] == EXPECTED
    assert (path.read_bytes(), dump(sqlite_url)) == before


def test_killed_and_run_again_it_ends_in_the_same_rows(folder: Path, sqlite_url: str, postgres_url: str) -> None:
    replay(folder, sqlite_url)
    for seconds in (0.6, 0.8, 1.0):
        process = subprocess.Popen(command(folder, postgres_url), cwd=CHECKOUT, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
    assert replay(folder, postgres_url)["times"] == EXPECTED
    assert dump(postgres_url) == dump(sqlite_url)
