"""The command line: `sayso [--db URL] COMMAND`.

Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 stopped, 2 usage, 3 done with items
failed. This is the only place that turns errors into exits.
"""

from __future__ import annotations

import logging
import sys
from typing import IO, Any

import click

from app.commands.attribution import attribution_group
from app.commands.browse import claims_command, status_command, trace_command, who_command
from app.commands.claim import claim_group
from app.commands.cluster import cluster_command, worker_command
from app.commands.entity import entity_group
from app.commands.export import export_command
from app.commands.extract import extract_command
from app.commands.feeds import feeds_group
from app.commands.ingest import ingest_command
from app.commands.inspect import inspect_command
from app.commands.outlet import outlet_group
from app.commands.run import health_command, run_command
from app.commands.serve import dashboard_command
from app.commands.sparql import sparql_command
from app.commands.upkeep import (
    backup_command,
    check_command,
    copy_command,
    prune_command,
    reread_command,
    restore_command,
)
from app.context import Context, ItemsFailed
from app.errors import ClusterError
from app.settings import DB_VARIABLE, NETWORKS_VARIABLE, default_store_url
from graph.errors import BadId, GraphError, NotFound

STOPPED = 1
USAGE = 2
ITEMS_FAILED = 3


class _Stopped(click.ClickException):
    exit_code = STOPPED

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"sayso: {self.format_message()}", file=file or sys.stderr)


class _Usage(_Stopped):
    exit_code = USAGE


class _Sayso(click.Group):
    """Maps the errors of the rooms to exit codes, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (NotFound, BadId) as error:
            raise _Usage(str(error)) from error
        except (GraphError, ClusterError) as error:
            raise _Stopped(str(error)) from error
        except ItemsFailed:
            ctx.exit(ITEMS_FAILED)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise _Stopped(str(error)) from error


@click.group(cls=_Sayso, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--db",
    "store_url",
    metavar="URL",
    envvar=DB_VARIABLE,
    default=default_store_url,
    show_default="a SQLite file in your data folder",
    help=f"The store: sqlite:////path/to/file.db or postgresql://user@host/name. Also {DB_VARIABLE}.",
)
@click.option(
    "--allow-network",
    "allowed_networks",
    metavar="NETWORK",
    envvar=NETWORKS_VARIABLE,
    multiple=True,
    help="Fetch from this network too (10.0.0.0/8, 127.0.0.1), for feeds inside your own; without it, only public "
    f"addresses are asked. Repeatable. Also {NETWORKS_VARIABLE}, separated by spaces.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
@click.version_option(package_name="sayso", message="sayso %(version)s")
@click.pass_context
def sayso(ctx: click.Context, store_url: str, allowed_networks: tuple[str, ...], *, verbose: bool) -> None:
    """On whose say-so? Follow news feeds, find who claims what, and trace each claim to where it came from."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(message)s", stream=sys.stderr)
    ctx.obj = Context(store_url=store_url, allowed_networks=allowed_networks)


for command in (
    feeds_group,
    ingest_command,
    extract_command,
    inspect_command,
    claim_group,
    entity_group,
    outlet_group,
    attribution_group,
    claims_command,
    who_command,
    trace_command,
    export_command,
    sparql_command,
    dashboard_command,
    status_command,
    run_command,
    health_command,
    cluster_command,
    worker_command,
    backup_command,
    restore_command,
    copy_command,
    check_command,
    reread_command,
    prune_command,
):
    sayso.add_command(command)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what is written here is UTF-8, whatever the locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sayso()


if __name__ == "__main__":
    main()
