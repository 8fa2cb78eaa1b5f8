"""`sayso backup`, `restore`, `copy`, `check`, `reread` and `prune`: looking after a store."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.cluster import open_place, place_options
from app.commands.figures import count_figures
from app.context import Context, ItemsFailed, complain, count, read_date

if TYPE_CHECKING:
    from app.cluster_security import Certificates

FAULTS_SHOWN = 50


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_command(context: Context, file: Path) -> None:
    """Copy the whole store to FILE, as it is at this moment; the work on it may go on."""
    from graph.backup import back_up

    with context.open_store() as store:
        back_up(store, file)
    click.echo(f"{file}: {file.stat().st_size / 1e6:,.1f} MB")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore_command(context: Context, file: Path) -> None:
    """Make the store (`--db`) of a backup. There must be none yet; a PostgreSQL database must be there and empty."""
    from graph.backup import restore

    restore(file, context.store_url)
    with context.open_store():
        pass  # brings an older one up to date, or says why not
    click.echo("restored")


@click.command("copy")
@click.argument("url")
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.pass_obj
def copy_command(context: Context, url: str, *, quiet: bool) -> None:
    """Copy the whole store (`--db`) into an empty database: from SQLite to PostgreSQL, or back.

    URL is as for `--db`. The copy holds everything or nothing, and this store stays as it is. `sayso run` must not be
    at work on it meanwhile: what came in then would be missing from the copy.
    """
    from app.progress import RichReporter, Silent
    from graph.alone import alone
    from graph.copying import copy_store, count_rows
    from graph.store import Store

    with context.open_store() as store, alone(store), Store.open(url) as target, ExitStack() as stack:
        reporter = Silent() if quiet else stack.enter_context(RichReporter())
        rows = count_rows(store)
        with reporter.stage("Copying", rows) as stage:
            copy_store(store, target, advance=stage.advance)
        click.echo(f"{rows:,} rows are in {target.address} now; name it with --db, or in SAYSO_DB, to go on there")


@click.command("check")
@click.pass_obj
def check_command(context: Context) -> None:
    """Look at every row of the store for what cannot be right. Changes nothing."""
    from graph.checking import find_faults

    found = 0
    with context.open_store() as store:
        for found, fault in enumerate(find_faults(store), start=1):
            if found <= FAULTS_SHOWN:
                complain(f"{fault.item}: {fault.what}; {fault.mend}")
    if found:
        complain(f"{count(found, 'fault')} found")
        raise ItemsFailed
    click.echo("all is as it should be")


@click.command("reread")
@click.option("--since", callback=read_date, metavar="DATE", help="Only texts published since then.")
@click.option("--article", "urls", metavar="URL", multiple=True, help="This article, whatever has read it. Repeatable.")
@place_options
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.pass_obj
def reread_command(
    context: Context,
    since: datetime | None,
    urls: tuple[str, ...],
    workers_address: str | None,
    certificates: Certificates | None,
    processes: int,
    *,
    quiet: bool,
) -> None:
    """Read again what an earlier reader has read: after an update of sayso, whose reader may see more.

    It can be stopped at any time and run again: it goes on with what is left. What people have merged and split stays.
    """
    from app.progress import RichReporter, Silent
    from app.walk import Walk
    from graph.articles import find_unheld

    with context.open_store() as store, ExitStack() as stack:
        for url in find_unheld(store, urls):
            raise click.UsageError(f"{url}: no such article is held")
        reporter = Silent() if quiet else stack.enter_context(RichReporter())
        place, _ = stack.enter_context(open_place(workers_address, certificates, processes))
        walk = Walk(store, make_place=lambda: place, clock=context.clock, reporter=reporter)
        walk.read_again(since=since, urls=urls)
        walk.link_new()
    for problem in walk.tally.problems:
        complain(problem)
    read = count(walk.tally.read, "text")
    click.echo(f"{read} read again, {walk.tally.attributions} attributions found")
    if walk.tally.problems:
        raise ItemsFailed


@click.command("prune")
@click.option("--before", callback=read_date, required=True, metavar="DATE", help="Let go what is older than this.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--shrink", is_flag=True, help="Then give the space back to the disk (SQLite).")
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.pass_obj
def prune_command(context: Context, before: datetime, *, dry_run: bool, yes: bool, shrink: bool, quiet: bool) -> None:
    """Let go of articles that are older than a day, with their texts, for good.

    An old article stays where a younger one needs it: if it makes a claim that the younger one makes too, or if a
    chain leads through it. `sayso run` must not be at work meanwhile. A backup beforehand does no harm.
    """
    from app.progress import RichReporter, Silent
    from graph.alone import alone
    from graph.pruning import plan_prune, prune

    with context.open_store() as store, alone(store), ExitStack() as stack:
        plan = plan_prune(store, before=before)
        go = count(len(plan.droppable), "article")
        complain(f"{go} can go; {count(plan.needed, 'old one')} must stay, since younger ones need them")
        if dry_run or not plan.droppable:
            return
        if not yes:
            click.confirm(f"Let go of {go} for good?", abort=True, err=True)
        reporter = Silent() if quiet else stack.enter_context(RichReporter())
        with reporter.stage("Pruning", len(plan.droppable)) as stage:
            prune(store, plan, advance=stage.advance)
        count_figures(store, reporter)
        if shrink:
            store.shrink()
    click.echo(f"{go} let go")
