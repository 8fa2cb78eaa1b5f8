"""`sayso backup`, `restore` and `check`: looking after a store."""

from __future__ import annotations

from pathlib import Path

import click

from app.context import Context, ItemsFailed, complain, count

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
