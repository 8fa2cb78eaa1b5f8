"""A news day through `sayso run` in one sitting: 24 hours, 200 feeds, 5,000 articles, and all that goes wrong on it.

    python -m bench.news_day [--feeds 200] [--articles 5000] [--hours 24] [--db postgresql://user@host/empty_database]

The command itself runs, with all its stages, in a process of its own, against a web server on loopback that answers for
all outlets (`bench.news_world`): pages and feeds over HTTP, conditional requests, and failures of many kinds, each made
on purpose and written down. Only its time is another: it goes as it always does while any stage is at work, and jumps
to the next thing to do when all rest (`bench.driven_time`). Each outlet has a name of its own, so that requests to one
are spaced out as always, by the real time; --spacing-seconds says by how much.

Printed is a row an hour, then the verdict: each item that was published is in the store once, with its words, or the
store has the failure that the server made; each problem that `sayso run` told of is one that the server made, and each
of the server's is told of; what `sayso check` looks at is whole; no later hour takes more than --margin-mb above the
memory of the first (what grows with the store, the index of claims above all, is in that). Exit code 1 where one of
these is not so.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import click

from app.context import Context
from app.settings import sparql_folder
from bench.driven_time import DrivenTime, Resting
from bench.memory import read_megabytes
from bench.news_verdict import Line, Megabytes, find_growth, find_losses, find_problems, find_unaccounted, is_settled
from bench.news_world import START, NewsDay, NewsServer, host_of, invent_day
from bench.serving import CONTEXT, serving
from graph.following import add_feeds, list_feeds
from graph.store import Store
from ingest.addresses import Address, read_networks
from ingest.http import SPACING_SECONDS, Fetcher
from ingest.polling import new_feed

LONGEST_EVENING = timedelta(hours=24)  # after the day, for all that is to be tried again
LOOK_SECONDS = 0.2
SHOWN = 20  # of what is wrong
# In the table, what went wrong is called by these, and by the status where the server answered one.
KINDS = {
    "asked for a pause": "paused",
    "robots": "robots",
    "no article text": "no text",
    "broke off|no connection": "hangs up",
    "feed": "no feed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How `sayso run` is run."""

    url: str
    folder: Path
    options: tuple[str, ...] = ()
    spacing_seconds: float = SPACING_SECONDS

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    @property
    def requests(self) -> Path:
        return self.folder / "requests.jsonl"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a day left behind, beside the store. `ended` is the exit code of `sayso run`."""

    port: int
    ended: int | None = None
    hours: list[Megabytes] = field(default_factory=list)
    log: Sequence[Line] = ()
    requests: Sequence[Line] = ()


def live_through(day: NewsDay, setting: Setting, *, tell: Callable[[str], None] = print) -> Outcome:
    """Run `sayso run` through the day, and on until all is settled."""
    driven = DrivenTime(START, CONTEXT)
    with Store.open(setting.url) as store, serving(NewsServer(day, driven, setting.requests)) as port:
        feeds = [f"http://{host_of(number)}:{port}/feed" for number in range(day.outlets)]
        add_feeds(store, [new_feed(url, None, now=START) for url in feeds])
        sparql_folder(setting.url).mkdir(parents=True)  # somebody has asked the graph once, so that it is kept
        outcome = Outcome(port=port)
        process = CONTEXT.Process(target=_run_sayso, args=(setting, driven))
        process.start()
        try:
            _watch(process, driven, store, day, outcome.hours, _Table(setting, tell))
            process.terminate()
            process.join(120)
        finally:
            process.kill()
        process.join()
        outcome.ended = process.exitcode
    outcome.log, outcome.requests = read_lines(setting.log), read_lines(setting.requests)
    return outcome


def judge(store: Store, day: NewsDay, outcome: Outcome, *, margin_megabytes: float) -> list[str]:
    """Return all that is wrong."""
    ended = [] if outcome.ended == 0 else [f"`sayso run` ended with {outcome.ended}"]
    return (
        ended
        + find_losses(store, day, outcome.requests, outcome.port)
        + find_unaccounted(outcome.log, outcome.requests)
        + find_growth(outcome.hours, margin_megabytes)
    )


def _watch(
    process: BaseProcess, driven: DrivenTime, store: Store, day: NewsDay, hours: list[Megabytes], table: _Table
) -> None:
    """Look at the memory until all is settled, and show each hour when it is over."""
    settled_at = 0.0
    while process.is_alive() and (now := driven.now()) < day.end + LONGEST_EVENING:
        hour = int((now - START) / timedelta(hours=1))
        while len(hours) <= hour:
            table.show(hours)
            hours.append(Megabytes())
        own, children = read_megabytes(process.pid or 0)
        most = hours[hour]
        hours[hour] = Megabytes(
            own=max(own, most.own), children=max(children, most.children), both=max(own + children, most.both)
        )
        if now > day.end and time.monotonic() - settled_at > 1:
            if is_settled(store, day):
                break
            settled_at = time.monotonic()
        time.sleep(LOOK_SECONDS)
    table.show(hours)


def _run_sayso(setting: Setting, driven: DrivenTime) -> None:
    """`sayso run`, with its log in a file, by the driven time."""
    # Here, so that the processes that this one starts do not have it all, as those of `sayso run` do not.
    from app.commands.run import run_command
    from app.scheduler import Stage

    with setting.log.open("wb") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.environ["no_proxy"] = "*"
    _date_log(driven)
    random.seed(0)  # when exactly a feed is polled next is left to chance
    resting = Resting(driven, stages=len(Stage))
    context = _Context(
        store_url=setting.url, clock=driven.now, rest=resting.rest, spacing_seconds=setting.spacing_seconds
    )
    driven.begin()
    run_command.main(["--log-json", *setting.options], obj=context, standalone_mode=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context(Context):
    """All names are this machine, and as strange to it as any other, so that it is polite to them."""

    spacing_seconds: float

    def make_fetcher(self) -> Fetcher:
        allowed = read_networks(["127.0.0.1"])
        return Fetcher(allowed=allowed, resolve=_resolve_here, spacing_seconds=self.spacing_seconds)


async def _resolve_here(_host: str, _port: int) -> list[Address]:
    return [ip_address("127.0.0.1")]


def _date_log(driven: DrivenTime) -> None:
    make = logging.getLogRecordFactory()

    def make_dated(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.created = driven.now().timestamp()
        return record

    logging.setLogRecordFactory(make_dated)


class _Table:
    """The rows of the hours, from the logs of both sides."""

    def __init__(self, setting: Setting, tell: Callable[[str], None]) -> None:
        self._setting = setting
        self._tell = tell
        tell(_row("hour", ("polls", "304"), ("new", "read", "linked"), ("MB", "children"), "failed"))

    def show(self, hours: Sequence[Megabytes]) -> None:
        """Show the last of these hours, which is over."""
        if not hours:
            return
        hour = len(hours) - 1
        log = [line for line in read_lines(self._setting.log) if _hour(line) == hour]
        polls = [
            line for line in read_lines(self._setting.requests) if _hour(line) == hour and line["url"].endswith("/feed")
        ]
        unchanged = sum(line["status"] == 304 for line in polls)
        done = [sum(line.get(name, 0) for line in log) for name in ("articles", "read", "linked")]
        kinds = Counter(_kind_of(words) for _, words in find_problems(log))
        failed = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        self._tell(_row(hour, (len(polls), unchanged), done, (hours[-1].own, hours[-1].children), failed))


def _row(hour: object, polls: Sequence[object], done: Sequence[object], memory: Sequence[object], failed: str) -> str:
    cells = [f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in (*polls, *done, *memory)]
    return f"{hour!s:>4}" + "".join(f"{cell:>9}" for cell in cells) + f"  {failed}"


def _hour(line: Line) -> int:
    return int((datetime.fromisoformat(line["at"]) - START) / timedelta(hours=1))


def _kind_of(words: str) -> str:
    if (status := re.search(r"the server answered (\d+)", words)) is not None:
        return status[1]
    return next((kind for pattern, kind in KINDS.items() if re.search(pattern, words)), "others")


def read_lines(path: Path) -> list[Line]:
    """Of a log; what is no JSON there (a crash, a warning of a library) is an error at no known time."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [_read_line(line) for line in file]


def _read_line(line: str) -> Line:
    try:
        read: Line = json.loads(line)
    except ValueError:
        return {"at": START.isoformat(), "level": "error", "message": line.rstrip()}
    return read


@click.command()
@click.option("--feeds", type=click.IntRange(4), default=200, show_default=True)
@click.option("--articles", type=click.IntRange(10), default=5000, show_default=True)
@click.option("--hours", type=click.FloatRange(2), default=24, show_default=True)
@click.option("--db", "url", help="An empty PostgreSQL database. [default: a SQLite file in a temporary folder]")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True, help="That read.")
@click.option("--spacing-seconds", type=float, default=SPACING_SECONDS, show_default=True)
@click.option("--margin-mb", type=float, default=150.0, show_default=True, help="Of memory above the first hour's.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep store and logs in this folder.")
def main(
    feeds: int,
    articles: int,
    hours: float,
    url: str | None,
    processes: int,
    spacing_seconds: float,
    margin_mb: float,
    seed: int,
    keep: Path | None,
) -> None:
    """Live through a news day, and say what went wrong."""
    began = time.monotonic()
    day = invent_day(outlets=feeds, articles=articles, hours=hours, seed=seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.UsageError(f"--keep: {folder} is not empty")
        os.environ["XDG_CACHE_HOME"] = str(folder)  # what belongs to a PostgreSQL store and is not in it
        setting = Setting(
            url=url or f"sqlite:///{folder.absolute() / 'day.db'}",
            folder=folder,
            # The graph in the first hour too, whose memory all later hours are held to.
            options=("--processes", str(processes), "--graph-every", "20m"),
            spacing_seconds=spacing_seconds,
        )
        with Store.open(setting.url) as store:
            if list_feeds(store):
                raise click.UsageError("--db: this store is in use; a day needs an empty one")
        outcome = live_through(day, setting)
        with Store.open(setting.url) as store:
            wrong = judge(store, day, outcome, margin_megabytes=margin_mb)
    _conclude(day, outcome, wrong, minutes=(time.monotonic() - began) / 60)
    sys.exit(1 if wrong else 0)


def _conclude(day: NewsDay, outcome: Outcome, wrong: Sequence[str], *, minutes: float) -> None:
    faults = Counter(line["fault"] for line in outcome.requests if line["fault"])
    problems = sum(1 for _ in find_problems(outcome.log))
    copies = len(day.items) - len({item.text for item in day.items})
    made = ", ".join(f"{number} times {fault}" for fault, number in faults.most_common())
    print(f"{len(day.items):,} items in {day.outlets} feeds, {copies} of them copies; {minutes:.1f} minutes")
    print(f"{len(outcome.requests):,} requests; the server failed on purpose: {made}; {problems} problems told of")
    print(f"memory: {outcome.hours[0].both:.0f} MB in the first hour, then at most "
          f"{max(hour.both for hour in outcome.hours[1:]):.0f} MB")  # fmt: skip
    for words in wrong[:SHOWN]:
        print(f"wrong: {words}")
    if len(wrong) > SHOWN:
        print(f"... and {len(wrong) - SHOWN} more")
    print("not as it must be" if wrong else "no item lost, every error accounted for, memory within the margin")


if __name__ == "__main__":
    main()
