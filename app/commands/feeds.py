"""`sayso feeds`: the list of followed feeds, with the health of each."""

from __future__ import annotations

from pathlib import Path

import click

from app.context import Context, complain, print_json


@click.group("feeds")
def feeds_group() -> None:
    """Follow feeds: add, list, remove, import, export."""


@feeds_group.command("add")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@click.option("--outlet", metavar="NAME", help="The name of the outlet whose feed it is.")
@click.pass_obj
def add_command(context: Context, urls: tuple[str, ...], outlet: str | None) -> None:
    """Follow the feeds at these URLs. They are polled by the next `sayso ingest`."""
    from graph.following import add_feeds
    from ingest.errors import IngestError
    from ingest.polling import new_feed
    from ingest.urls import clean_url

    try:
        states = [new_feed(clean_url(url), outlet, now=context.clock()) for url in urls]
    except IngestError as error:
        raise click.UsageError(str(error)) from error
    with context.open_store(create=True) as store:
        added = add_feeds(store, states)
    click.echo(
        f"{added} feeds added" + (f", {len(states) - added} were followed already" if added < len(states) else "")
    )


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
        if not remove_feed(store, url):
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
    click.echo(f"{added} feeds added, {len(states) - added} were followed already")
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
