"""Full disks, two at once, clocks that jump, damaged files: nothing is lost, and nothing done twice."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo_server import DemoServer
from app.places import Here
from app.progress import Silent
from app.walk import Walk
from graph.failures import list_failures
from graph.following import count_due
from graph.store import Store
from ingest.http import Fetcher
from tests.app.world import arguments, dump, environment, follow_outlets, sayso
from tests.networks import LOOPBACK

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine articles that share claims and words."""
    path = tmp_path_factory.mktemp("lines") / "news.jsonl"
    leak = "Inspector Ada Brandt said the Orsk plant leaked 400 litres of solvent into the Velde river."
    others = "Kestrel Power denied that the Orsk plant leaked solvent into the Velde river. " * 2
    articles = [
        {
            "url": f"https://a.example/{n}",
            "outlet": f"Outlet {n}",
            "published": f"2026-03-0{n}",
            "title": "A title",
            "text": f"{leak} {others} Mayor Ben Okafor said {n} wells were shut.",
        }
        for n in range(1, 10)
    ]
    path.write_text("".join(json.dumps(article) + "\n" for article in articles))
    return path


@pytest.fixture(scope="module")
def calm(lines: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows of a store that has taken these articles in undisturbed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('calm') / 'sayso.db'}"
    assert sayso(url, "ingest", "--quiet", str(lines)).code == 0
    return dump(url)


@pytest.mark.timeout(300)
def test_two_at_once_do_it_once(lines: Path, calm: Rows, sqlite_url: str) -> None:
    with Store.open(sqlite_url):
        pass
    two = [
        subprocess.Popen(
            arguments("ingest", "--quiet", str(lines)), env=environment(sqlite_url), stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in two:
        _, said = process.communicate()
        # On a very slow machine one may have waited too long for the other's lock, and says so.
        assert process.returncode == 0 or "in use by another process" in said, said
    assert sayso(sqlite_url, "ingest", "--quiet", str(lines)).code == 0
    assert dump(sqlite_url) == calm


# A disk of its own that fills, is made larger, and fills no more. In a namespace of its own, nobody else sees it.
SMALL_DISK = """
mount -t tmpfs -o size="$SIZE" tmpfs "$DISK" || exit 99
"$@"; echo "full $?"
mount -o remount,size=500m "$DISK"
"$@"; echo "freed $?"
cp "$DISK"/* "$OUT"
"""


def test_a_disk_that_fills_is_said_and_nothing_is_lost(lines: Path, calm: Rows, tmp_path: Path) -> None:
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    unshare = shutil.which("unshare")
    mount = ("-rm", "mount", "-t", "tmpfs", "tmpfs", str(disk))
    if unshare is None or subprocess.run([unshare, *mount], check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    done = subprocess.run(
        [unshare, "-rm", "sh", "-c", SMALL_DISK, "sh", *arguments("ingest", "--quiet", str(lines))],
        env=environment(f"sqlite:///{disk / 'sayso.db'}") | {"SIZE": "700k", "DISK": str(disk), "OUT": str(out)},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert [line for line in done.stdout.splitlines() if line.split()[0] in ("full", "freed")] == ["full 1", "freed 0"]
    assert "no space is left on the disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert dump(f"sqlite:///{out / 'sayso.db'}") == calm


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def test_a_clock_that_jumps_ahead_and_back_loses_no_poll_and_no_failure(
    db: str, outlets: DemoServer, filled: str, tmp_path: Path
) -> None:
    follow_outlets(db, outlets, tmp_path)
    clock = Clock(datetime.now(UTC) + timedelta(days=3650))
    with Store.open(db) as store:
        walk = Walk(store, make_place=Here, clock=clock, reporter=Silent())
        asyncio.run(_follow(walk))
        clock.now = datetime.now(UTC)
        feeds = count_due(store, now=clock())
        assert feeds == 12  # though by the other clock none is due for ten years
        failed = [failure for failure in list_failures(store) if failure.next_try_at is not None]
        assert failed
        asyncio.run(_follow(walk))
        assert count_due(store, now=clock()) == 0
        walk.read_new()
        walk.link_new()
    mine, others = dump(db), dump(filled)
    for table in ("articles", "article_versions", "attributions", "claims", "claim_members", "derivations"):
        assert mine[table] == others[table]


async def _follow(walk: Walk) -> None:
    async with Fetcher(allowed=LOOPBACK) as fetcher:
        await walk.follow_feeds(fetcher)


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_a_damaged_file_is_said_and_the_last_backup_takes_its_place(filled: str, tmp_path: Path, part: float) -> None:
    path, backup = tmp_path / "sayso.db", tmp_path / "last.backup"
    shutil.copy(filled.removeprefix("sqlite:///"), path)
    url = f"sqlite:///{path}"
    assert sayso(url, "backup", str(backup)).code == 0
    content = bytearray(path.read_bytes())
    start = int(len(content) * part)
    content[start : start + 200_000] = b"\xa5" * 200_000
    path.write_bytes(content)
    found = sayso(url, "check")
    assert found.code in (1, 3)
    assert "sayso restore" in found.err
    assert "Traceback" not in found.err
    assert sayso(url, "backup", str(tmp_path / "worse.backup")).code == 1  # a damaged copy is no backup
    path.rename(tmp_path / "damaged.db")
    for beside in tmp_path.glob("sayso.db-*"):
        beside.unlink()
    assert sayso(url, "restore", str(backup)).code == 0
    assert sayso(url, "check").code == 0
    assert dump(url) == dump(filled)
