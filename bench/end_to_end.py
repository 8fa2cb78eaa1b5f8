"""Articles a second through `sayso ingest`: one local process, two, and a cluster of two workers, side by side.

    python -m bench.end_to_end ../shared/polnear --articles 2000

The texts of FOLDER/*/text are repeated, with other dates and a first line of their own, until there are as many
articles as asked for. Each run is the command that a user types, on a fresh SQLite store; afterwards the three stores
are compared row by row, but for the times at which things were done. Ratios hold on a busy machine too, where all runs
suffer alike; the figures themselves do not.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import click
from sqlalchemy import select

from bench.apart import Apart, run_apart
from bench.figures import Figure, Sources
from graph import schema
from graph.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
# When things were done, and not what.
RUN_TIMES = {"first_seen_at", "made_at", "first_used_at"}
COMMAND = (sys.executable, "-m", "app.cli")


def write_articles(folder: Path, count: int, path: Path) -> None:
    """Write the JSON Lines that `sayso ingest` takes."""
    texts = sorted(folder.glob("*/text/*"))
    if not texts:
        raise click.UsageError(f"{folder}: there is no */text/* here")
    with path.open("w", encoding="utf-8") as file:
        for number, text in zip(range(count), cycle(texts)):
            at = START + timedelta(minutes=7 * number)
            line = {
                "url": f"https://outlet-{number % 50}.example/{number}",
                "outlet": f"Outlet {number % 50}",
                "published": at.isoformat(),
                "title": f"Article {number}",
                "text": f"Article {number}.\n\n{text.read_text(encoding='utf-8')}",
            }
            file.write(json.dumps(line) + "\n")


@contextmanager
def running_cluster(workers: int) -> Iterator[str]:
    """A scheduler and so many workers of one process; yields its address."""
    processes: list[subprocess.Popen[str]] = []

    def start(*words: str) -> str:
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None  # noqa: S101  it is a pipe
        return process.stdout.readline().removeprefix("ready at ").strip()

    try:
        address = start("cluster", "--port", "0")
        for _ in range(workers):
            start("worker", address)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def ingest(url: str, articles: Path, *options: str) -> float:
    """Return the seconds that it took."""
    started = time.monotonic()
    subprocess.run(
        [*COMMAND, "--db", url, "ingest", str(articles), "--quiet", *options], check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - started


def rows_of(url: str) -> dict[str, list[tuple[object, ...]]]:
    with Store.open(url) as store, store.reading() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(select(*[c for c in table.columns if c.name not in RUN_TIMES]))
                ),
                key=repr,
            )
            for table in schema.metadata.sorted_tables
        }


def figures(count: int, sources: Sources) -> Iterator[Figure]:
    """For the one table of all benchmarks; the start of the programs is in it."""
    articles = sources.scratch / "articles.jsonl"
    write_articles((sources.shared or Path()) / "polnear", count, articles)

    def figure(unit: str, run: Apart[float], one: Apart[float]) -> Figure:
        return Figure(
            value=count / run.result,
            unit=f"articles a second, {unit}",
            peak_megabytes=run.peak_megabytes,
            baseline="1 process",
            baseline_value=count / one.result,
        )

    one, two = (
        run_apart(ingest, f"sqlite:///{sources.scratch}/{number}-{count}.db", articles, "--processes", number)
        for number in ("1", "2")
    )
    yield figure("2 processes", two, one)
    with running_cluster(2) as address:
        url = f"sqlite:///{sources.scratch}/cluster-{count}.db"
        clustered = run_apart(ingest, url, articles, "--workers", address)
    yield figure("cluster of 2 (memory: without its workers)", clustered, one)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--articles", "count", type=click.IntRange(1), default=2000, show_default=True)
def main(folder: Path, count: int) -> None:
    """Take in the texts of FOLDER three times."""
    with tempfile.TemporaryDirectory() as scratch:
        articles = Path(scratch) / "articles.jsonl"
        write_articles(folder, count, articles)
        urls = [f"sqlite:///{scratch}/{name}.db" for name in ("one", "two", "cluster")]
        load = os.getloadavg()[0]
        taken = [ingest(urls[0], articles, "--processes", "1"), ingest(urls[1], articles, "--processes", "2")]
        with running_cluster(2) as address:
            taken.append(ingest(urls[2], articles, "--workers", address))
        print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} before; {count} articles")
        for name, seconds in zip(("1 process", "2 processes", "cluster of 2"), taken, strict=True):
            print(f"{name:14}{count / seconds:8.2f} articles a second {taken[0] / seconds:6.2f} times one process")
        stores = [rows_of(url) for url in urls]
    differ = sorted(name for name in stores[0] if not stores[0][name] == stores[1][name] == stores[2][name])
    print(f"the stores differ in: {', '.join(differ)}" if differ else "the three stores are equal")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
