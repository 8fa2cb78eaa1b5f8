"""`sayso inspect`: what a feed or a page would yield. No store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.context import Context, ItemsFailed, complain, print_json

if TYPE_CHECKING:
    from ingest.workers import Run


@click.command("inspect")
@click.argument("sources", metavar="FILE_OR_URL...", nargs=-1, required=True)
@click.pass_obj
def inspect_command(context: Context, sources: tuple[str, ...]) -> None:
    """Print what each feed or page would yield, as JSON Lines; nothing is stored.

    A feed gives a line an entry (id, url, title, published, summary), a page one line (url, title, text, byline,
    published, outlet, language, credit, links, flags).
    """
    from ingest.errors import IngestError
    from ingest.workers import Workers

    failed = False
    with Workers(1) as workers:
        for source in sources:
            try:
                asyncio.run(_inspect(source, context, workers.run))
            except IngestError as error:
                failed = True
                complain(str(error))
    if failed:
        raise ItemsFailed


async def _inspect(source: str, context: Context, run: Run) -> None:
    from app.output import article_to_dict, entry_to_dict
    from ingest.errors import NotAFeed
    from ingest.feeds import parse_feed
    from ingest.pages import PAGE_LIMIT_BYTES, extract_article

    now = context.clock()
    if is_url(source):
        async with context.make_fetcher() as fetcher:
            response = await fetcher.fetch(source, max_bytes=PAGE_LIMIT_BYTES)
        body, url, headers = response.body, response.url, dict(response.headers)
    else:
        body, url, headers = _read_file(source), Path(source).resolve().as_uri(), {}
    try:
        feed = await run(source, parse_feed, body=body, url=url, headers=headers, now=now)
    except NotAFeed:
        article = await run(source, extract_article, html=body, url=url, headers=headers, now=now)
        print_json(article_to_dict(article))
        return
    for entry in feed.entries:
        print_json(entry_to_dict(entry))


def is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _read_file(source: str) -> bytes:
    from ingest.errors import BadInput

    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise BadInput(source, f"cannot be read: {error.strerror}") from error
