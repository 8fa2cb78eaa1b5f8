"""`sayso cluster` and `sayso worker`: more machines that read. And the options by which others use them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.cluster_security import Certificates
    from app.places import Place
    from ingest.workers import Run

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def certificate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --tls-ca, --tls-cert and --tls-key, which the command gets as one `certificates`."""

    @click.option("--tls-ca", type=_FILE, envvar="SAYSO_TLS_CA", help="The authority of the cluster's certificates.")
    @click.option("--tls-cert", type=_FILE, envvar="SAYSO_TLS_CERT", help="This machine's certificate.")
    @click.option("--tls-key", type=_FILE, envvar="SAYSO_TLS_KEY", help="The key of the certificate.")
    @wraps(command)
    def wrapped(
        *arguments: Any, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None, **options: Any
    ) -> Any:
        return command(*arguments, certificates=_certificates(tls_ca, tls_cert, tls_key), **options)

    return wrapped


def _certificates(authority: Path | None, certificate: Path | None, key: Path | None) -> Certificates | None:
    from app.cluster_security import Certificates

    if authority is None and certificate is None and key is None:
        return None
    if authority is None or certificate is None or key is None:
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key go together")
    return Certificates(authority=authority, certificate=certificate, key=key)


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where is read, for `open_place`."""
    for option in (
        certificate_options,
        click.option(
            "--workers",
            "workers_address",
            metavar="ADDRESS",
            envvar="SAYSO_WORKERS",
            help="Read on the cluster there (tcp://127.0.0.1:8786, tls://HOST:8786; see `sayso cluster`) instead of in "
            "processes of this machine.",
        ),
        click.option(
            "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many read texts here."
        ),
    ):
        command = option(command)
    return command


@contextmanager
def open_place(address: str | None, certificates: Certificates | None, processes: int) -> Iterator[tuple[Place, Run]]:
    """Where texts are read, and by what pages and feeds are parsed: the cluster at `address`, or `processes` here."""
    from app.places import LocalProcesses
    from ingest.workers import Workers

    if address is None:
        with LocalProcesses(processes) as place, Workers() as workers:
            yield place, workers.run
        return
    from app.cluster import Cluster

    try:
        cluster = Cluster(address, certificates)
    except ValueError as error:
        raise click.UsageError(f"--workers: {error}") from error
    with cluster:
        yield cluster, cluster.run


@click.command("cluster")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8786, show_default=True, help="0: any that is free.")
@click.option(
    "--processes", type=click.IntRange(0, 64), default=0, show_default=True, help="Read here too, with so many."
)
@certificate_options
def cluster_command(host: str, port: int, processes: int, *, certificates: Certificates | None) -> None:
    """Run the scheduler of a cluster, until stopped (Ctrl-C, SIGTERM).

    Then, on any machine: `sayso worker ADDRESS`, and `sayso run --workers ADDRESS`. Whoever can connect to a cluster
    can run programs on all its machines, so that it listens on this machine only, unless it has certificates (TLS).
    """
    from app.cluster_node import serve_scheduler

    asyncio.run(serve_scheduler(host, port, certificates, processes=processes, tell=_tell))


@click.command("worker")
@click.argument("address", envvar="SAYSO_WORKERS")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many read texts.")
@click.option("--host", help="The address of this machine by which the others of the cluster reach it.")
@certificate_options
def worker_command(address: str, processes: int, host: str | None, *, certificates: Certificates | None) -> None:
    """Read for the cluster at ADDRESS, until stopped (Ctrl-C, SIGTERM).

    Needs no store. It may start before the cluster, and join and leave at any time: what it had in hand, others read.
    """
    from app.cluster_node import serve_worker

    try:
        asyncio.run(serve_worker(address, certificates, processes=processes, host=host, tell=_tell))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _tell(address: str) -> None:
    click.echo(f"ready at {address}")
