"""`sayso feeds`: the list of followed feeds, with the health of each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.context import Context, ItemsFailed, complain, count, print_json, printable

if TYPE_CHECKING:
    from graph.store import Store
    from ingest.discovery import Offer
    from ingest.feed import FeedState
    from ingest.http import Fetcher
    from ingest.workers import Run


@click.group("feeds")
def feeds_group() -> None:
    """Follow feeds: add, list, show, remove, import, export."""


@feeds_group.command("add")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@click.option("--outlet", metavar="NAME", help="The name of the outlet whose feed it is.")
@click.pass_obj
def add_command(context: Context, urls: tuple[str, ...], outlet: str | None) -> None:
    """Follow the feeds at these URLs.

    The address of a site will do: its page is asked which feeds there are, and you choose. What a feed shows is taken
    at once; the next `sayso ingest` fetches its articles. A feed that cannot be reached now is followed all the same,
    unless its address may not be asked.
    """
    from graph.following import list_feeds
    from ingest.errors import IngestError
    from ingest.urls import clean_url

    try:
        addresses = list(dict.fromkeys(clean_url(url) for url in urls))
    except IngestError as error:
        raise click.UsageError(str(error)) from error
    with context.open_store(create=True) as store:
        # One that has never been seen to be a feed may be a site that could not be reached when it was added.
        states = list_feeds(store)
        seen = _addresses_of(state for state in states if state.last_success_at)
        new = [url for url in addresses if url not in seen]
        added, is_complete = asyncio.run(_add_all(context, store, new, outlet)) if new else (0, True)
        known = len(_addresses_of(states) & _addresses_of(list_feeds(store)) & set(addresses))
    click.echo(f"{count(added, 'feed')} added" + (f", {known} followed already" if known else ""))
    if not is_complete:
        raise ItemsFailed


def _addresses_of(states: Iterable[FeedState]) -> set[str]:
    return {url for state in states for url in (state.url, state.moved_to) if url is not None}


async def _add_all(context: Context, store: Store, urls: list[str], outlet: str | None) -> tuple[int, bool]:
    """Return how many feeds were added, and whether each URL gave one."""
    from ingest.workers import Workers

    added = 0
    is_complete = True
    with Workers(1) as workers:
        async with context.make_fetcher() as fetcher:
            for url in urls:
                number = await _add(context, store, fetcher, workers.run, url, outlet)
                added += number or 0
                is_complete = is_complete and number is not None
    return added, is_complete


async def _add(
    context: Context, store: Store, fetcher: Fetcher, run: Run, url: str, outlet: str | None, *, may_choose: bool = True
) -> int | None:
    """Follow what is at `url`, or what is chosen of the feeds that it offers. Return how many that adds, if any."""
    from graph.following import add_feeds, list_feeds, remove_feed
    from graph.polls import save_polls
    from ingest.discovery import Discovery, discover
    from ingest.errors import IngestError, NotPublic
    from ingest.polling import Poll, new_feed

    now = context.clock()
    followed = next((state for state in list_feeds(store) if state.url == url), None)
    state = followed or new_feed(url, outlet, now=now)
    try:
        found = await discover(fetcher, url, now=now, run=run)
    except NotPublic as error:
        complain(str(error))
        return None
    except IngestError as error:
        complain(f"{error}. It is followed all the same and tried again by `sayso ingest`")
        found = Discovery(poll=Poll(error=error))
    if found.poll is not None:
        if followed is not None and followed.last_success_at is not None:
            return 0  # its state is its own
        is_new = add_feeds(store, [state])
        (saved,) = save_polls(store, [(state, found.poll)], now=now)
        if found.poll.error is None:
            shown = count(saved.record.entries, "entry", "entries")
            click.echo(f"{printable(saved.state.title or url)}: {shown}")
        return is_new
    if not found.offers or not may_choose:
        complain(f"{url}: this is a page, and it names no feed; give the address of the feed itself")
        return None
    chosen = _choose(url, found.offers)
    added = [await _add(context, store, fetcher, run, offer.url, outlet, may_choose=False) for offer in chosen]
    if followed is not None and any(number is not None for number in added):
        remove_feed(store, url)
        click.echo(f"{url} is the address of the site, and no longer followed itself")
    return sum(number or 0 for number in added) if chosen else None


def _choose(url: str, offers: Sequence[Offer]) -> Sequence[Offer]:
    """Show what a page offers; where somebody is at the keyboard, ask which of it to follow."""
    click.echo(f"{url} is a page; it offers:")
    for number, offer in enumerate(offers, start=1):
        click.echo(f"  {number}  {printable(offer.title or 'untitled')}  {printable(offer.url)}")
    if not sys.stdin.isatty():
        complain("follow one of them with: sayso feeds add URL")
        return ()
    answer = click.prompt("Which? Numbers, `all`, or nothing for none", default="", show_default=False)
    if answer.strip().lower() == "all":
        return offers
    numbers = {int(word) for word in answer.replace(",", " ").split() if word.isdecimal()}
    return [offer for number, offer in enumerate(offers, start=1) if number in numbers]


def _as_followed(url: str) -> str:
    """`url` as the list of feeds has it, whose addresses are cleaned when they are added."""
    from ingest.errors import IngestError
    from ingest.urls import clean_url

    try:
        return clean_url(url)
    except IngestError:
        return url


@feeds_group.command("show")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="The feed and its polls as one JSON object.")
@click.pass_obj
def show_command(context: Context, url: str, *, as_json: bool) -> None:
    """Show how one feed is doing, and its last polls."""
    from app.output import feed_to_dict, poll_to_dict
    from app.show import show_feed
    from graph.errors import NotFound
    from graph.following import count_items, list_feeds
    from graph.polls import list_polls

    wanted = _as_followed(url)
    with context.open_store() as store:
        state = next((state for state in list_feeds(store) if wanted in (state.url, state.moved_to)), None)
        if state is None:
            raise NotFound(url, "no such feed is followed; `sayso feeds list` shows those that are")
        polls, items = list_polls(store, state.url), count_items(store, state.url)
    if as_json:
        print_json(
            {
                **feed_to_dict(state),
                "items": items.items,
                "changes": items.changes,
                "polls": [poll_to_dict(poll) for poll in polls],
            }
        )
    else:
        show_feed(state, items, polls, now=context.clock())


@feeds_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON line a feed.")
@click.pass_obj
def list_command(context: Context, *, as_json: bool) -> None:
    """Show each feed and how it is doing."""
    from app.output import feed_to_dict
    from app.show import show_feeds
    from graph.following import list_feeds

    with context.open_store() as store:
        states = list_feeds(store)
    if as_json:
        for state in states:
            print_json(feed_to_dict(state))
    elif not states:
        complain("no feed is followed yet; begin with: sayso feeds import data/feeds.opml")
    else:
        show_feeds(states, now=context.clock())


@feeds_group.command("remove")
@click.argument("url")
@click.pass_obj
def remove_command(context: Context, url: str) -> None:
    """Stop following a feed. The articles that came through it stay."""
    from graph.errors import NotFound
    from graph.following import remove_feed

    with context.open_store() as store:
        if not remove_feed(store, _as_followed(url)):
            raise NotFound(url, "no such feed is followed; `sayso feeds list` shows those that are")
    click.echo("removed")


@feeds_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_command(context: Context, file: Path) -> None:
    """Follow all feeds of an OPML file."""
    from graph.following import add_feeds
    from ingest.errors import IngestError
    from ingest.opml import read_opml
    from ingest.polling import new_feed

    try:
        addresses = read_opml(file.read_bytes(), name=str(file))
    except IngestError as error:
        raise click.UsageError(str(error)) from error
    states = [new_feed(address.url, address.outlet, now=context.clock()) for address in addresses.feeds]
    with context.open_store(create=True) as store:
        added = add_feeds(store, states)
    click.echo(f"{count(added, 'feed')} added, {len(states) - added} were followed already")
    if addresses.skipped:
        complain(f"{addresses.skipped} rows were left out: no http or https address")


@feeds_group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
@click.pass_obj
def export_command(context: Context, file: Path) -> None:
    """Write the feed list as OPML to FILE or stdout."""
    from graph.following import list_feeds
    from ingest.opml import write_opml

    with context.open_store() as store:
        body = write_opml(list_feeds(store))
    with click.open_file(str(file), "wb") as stream:
        stream.write(body)
