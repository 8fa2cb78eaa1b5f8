"""Killed (`kill -9`) at random moments of polling, fetching, reading, linking and exporting, and started again.

    python -m bench.kills --kills 50
    python -m bench.kills --kills 50 --db postgresql://user@host/empty_database

The sample outlets of `data/demo` are taken in over and over, each time killed at random moments until a run comes to
its end; then the store and the export are held to those of a run that nobody disturbed. The PostgreSQL database is
emptied each time, so it must be one of its own.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from app.demo_server import DemoServer
from app.settings import DB_VARIABLE, NETWORKS_VARIABLE
from bench.stores import dump, empty_database, read_export

CHECKOUT = Path(__file__).parents[1]
# One of the sample feeds is broken on purpose, so that taking in ends with 3: done, with items failed.
_WORK = '"$0" -m app.cli ingest --quiet; test $? -le 3 && exec "$0" -m app.cli export --quiet "$1"'


class Differs(AssertionError):
    """A store that was killed and started again is not what it should be."""


class Rounds:
    """Rounds of the whole work on the same outlets, disturbed and not."""

    def __init__(self, outlets: DemoServer, folder: Path) -> None:
        self._outlets = outlets
        self._folder = folder
        self._feeds = folder / "feeds.opml"
        outlets.write_feed_list(self._feeds)
        self._export = folder / "graph.nq"
        calm = f"sqlite:///{folder / 'calm.db'}"
        self._follow(calm)
        started = time.monotonic()
        if self._start(calm).wait() != 0:
            raise RuntimeError("the undisturbed run failed")
        self.seconds = time.monotonic() - started
        self._calm = dump(calm), read_export(self._export)

    def disturb(self, url: str, moments: Iterable[float]) -> int:
        """Take the outlets into the empty store at `url`, killed after each of `moments` (parts of a whole run), until
        a run comes to its end or the moments do. Return how many were killed.

        Raises:
            Differs: the store or the export is not that of the undisturbed run.
        """
        self._export.unlink(missing_ok=True)
        self._follow(url)
        killed = 0
        for moment in moments:
            process = self._start(url)
            try:
                process.wait(timeout=moment * self.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
                continue
            break
        if self._start(url).wait() != 0:
            raise Differs("it does not come to its end after it was killed")
        self._compare(url)
        return killed

    def _compare(self, url: str) -> None:
        rows, statements = dump(url), read_export(self._export)
        for table, calm in self._calm[0].items():
            if rows[table] != calm:
                raise Differs(f"{table}: {_first_difference(rows[table], calm)}")
        if statements != self._calm[1]:
            raise Differs(f"export: {_first_difference(sorted(statements), sorted(self._calm[1]))}")

    def _follow(self, url: str) -> None:
        command = [sys.executable, "-m", "app.cli", "feeds", "import", str(self._feeds)]
        subprocess.run(command, env=self._environment(url), cwd=CHECKOUT, check=True, capture_output=True)

    def _start(self, url: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", "-c", _WORK, sys.executable, str(self._export)],
            env=self._environment(url),
            cwd=CHECKOUT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _environment(self, url: str) -> dict[str, str]:
        return os.environ | {DB_VARIABLE: url, NETWORKS_VARIABLE: "127.0.0.0/8"}


def _first_difference(found: Sequence[object], calm: Sequence[object]) -> str:
    more = [each for each in found if each not in calm][:2]
    fewer = [each for each in calm if each not in found][:2]
    return f"{len(found)} rows, not {len(calm)}; too much: {more}; missing: {fewer}"


def empty_stores(url: str | None, folder: Path) -> Callable[[], str]:
    """Return what makes an empty store and returns its URL."""
    numbers = iter(range(1_000_000))

    def make_file() -> str:
        return f"sqlite:///{folder / f'{next(numbers)}.db'}"

    def make_database() -> str:
        empty_database(str(url))
        return str(url)

    return make_file if url is None else make_database


@click.command()
@click.option("--kills", type=click.IntRange(1), default=50, show_default=True, help="At least so many.")
@click.option("--db", "url", help="An empty PostgreSQL database. [default: SQLite files in a temporary folder]")
@click.option("--seed", type=int, default=7, show_default=True)
def main(kills: int, url: str | None, seed: int) -> None:
    """Print a line a round; end with 1 where a store is not what it should be."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, DemoServer(CHECKOUT / "data" / "demo", preferred_port=0) as outlets:
        rounds = Rounds(outlets, Path(name))
        print(f"undisturbed: {rounds.seconds:.1f} s")
        make_store = empty_stores(url, Path(name))
        done = number = 0
        while done < kills:
            number += 1
            # Some twelve kills a round, then it may come to its end.
            moments = (chance.uniform(0.05, 0.95) for _ in range(min(12, kills - done)))
            killed = rounds.disturb(make_store(), moments)
            done += killed
            print(f"round {number}: killed {killed} times, then the same store and the same export", flush=True)
        print(f"{done} kills in {number} rounds, on {'SQLite' if url is None else 'PostgreSQL'}: no difference")


if __name__ == "__main__":
    main()
