"""`sayso ingest`: poll the feeds that are due, or take in what is named; then read and link what came in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.cluster import open_place, place_options
from app.commands.inspect import is_url
from app.context import Context, ItemsFailed, complain, count, print_json

if TYPE_CHECKING:
    from app.cluster_security import Certificates
    from app.walk import Tally, Walk
    from ingest.article import Article
    from ingest.errors import IngestError

PROBLEMS_SHOWN = 20


@click.command("ingest")
@click.argument("sources", metavar="[PATH_OR_URL...]", nargs=-1)
@click.option("--outlet", metavar="NAME", help="The outlet of the files named, where they do not say.")
@click.option("--all-feeds", is_flag=True, help="Poll every feed now, due or not, and retry what failed.")
@place_options
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def ingest_command(
    context: Context,
    sources: tuple[str, ...],
    outlet: str | None,
    workers_address: str | None,
    certificates: Certificates | None,
    processes: int,
    *,
    all_feeds: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Take in news, then read and link it.

    Without arguments, polls the followed feeds that are due and fetches their new articles. With arguments, takes in
    pages (URLs), HTML and text files, folders, web archives (WARC), and JSON Lines with url, outlet, published, title
    and text. It can be stopped at any time and run again: nothing is done twice.
    """
    from app.progress import RichReporter, Silent
    from app.walk import Walk
    from graph.failures import retry_all_now
    from graph.following import list_feeds, make_all_due

    with context.open_store(create=True) as store, ExitStack() as stack:
        reporter = Silent() if quiet else stack.enter_context(RichReporter())
        if not sources and not list_feeds(store):
            complain("no feed is followed yet; begin with: sayso feeds import data/feeds.opml, or sayso ingest FILE")
        if all_feeds:
            make_all_due(store, now=context.clock())
            retry_all_now(store, now=context.clock())
        with open_place(workers_address, certificates, processes) as (place, run):
            walk = Walk(store, make_place=lambda: place, clock=context.clock, reporter=reporter, run=run)
            asyncio.run(_collect(walk, sources, outlet, context))
            walk.read_new()
        walk.link_new()
    _report(walk.tally, as_json=as_json)
    if walk.tally.problems:
        raise ItemsFailed


async def _collect(walk: Walk, sources: tuple[str, ...], outlet: str | None, context: Context) -> None:
    paths = [Path(source) for source in sources if not is_url(source)]
    if paths:
        walk.take_in(_articles(paths, outlet, context))
    async with context.make_fetcher() as fetcher:
        if not sources:
            await walk.follow_feeds(fetcher)
        await walk.fetch_urls(fetcher, [source for source in sources if is_url(source)])


def _articles(paths: list[Path], outlet: str | None, context: Context) -> Iterator[Article | IngestError]:
    from ingest.files import read_path

    for path in paths:
        yield from read_path(path, now=context.clock(), outlet=outlet)


def _report(tally: Tally, *, as_json: bool) -> None:
    for problem in tally.problems[:PROBLEMS_SHOWN]:
        complain(problem)
    if len(tally.problems) > PROBLEMS_SHOWN:
        complain(f"... and {len(tally.problems) - PROBLEMS_SHOWN} more; `sayso status` lists them")
    if as_json:
        print_json(asdict(tally))
        return
    parts = [f"{tally.feeds} feeds polled, {tally.entries} new entries"] if tally.feeds else []
    parts.append(f"{tally.articles} articles stored" + (f" ({tally.known} held already)" if tally.known else ""))
    parts.append(f"{tally.read} read, {tally.attributions} attributions found")
    if tally.problems:
        parts.append(f"{count(len(tally.problems), 'item')} failed")
    click.echo("; ".join(parts))
