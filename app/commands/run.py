"""`sayso run`: the scheduler. `sayso health`: is it at work?"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from app.commands.cluster import open_place, place_options
from app.context import Context, ItemsFailed, complain, count

if TYPE_CHECKING:
    from app.cluster_security import Certificates
    from app.scheduler import Scheduler
    from graph.store import Store

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(click.ParamType):  # type: ignore[type-arg]
    """ "90s", "15m", "2h", "1d" as a `timedelta`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([smhd])", value.strip().lower())
        if found is None or int(found[1]) == 0:
            self.fail(f"{value!r} is no duration; write 90s, 15m, 2h or 1d", param, ctx)
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


@click.command("run")
@click.option(
    "--every", type=Duration(), default="5m", show_default=True, help="How often to look which feeds are due."
)
@click.option(
    "--only",
    type=click.Choice(["follow", "read"]),
    help="Only fetch, or only read and link. On PostgreSQL, as many as one likes may read beside the one that follows.",
)
@click.option(
    "--graph-every",
    type=Duration(),
    default="1h",
    show_default=True,
    help="How often the graph of `sayso sparql` is brought up to date, if it was ever asked.",
)
@place_options
@click.option("--log-json", is_flag=True, help="Log a JSON object a line.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve metrics for Prometheus on this port.")
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="The address to serve them on.")
@click.pass_obj
def run_command(
    context: Context,
    every: timedelta,
    only: str | None,
    graph_every: timedelta,
    workers_address: str | None,
    certificates: Certificates | None,
    processes: int,
    metrics_port: int | None,
    metrics_host: str,
    *,
    log_json: bool,
) -> None:
    """Follow the feeds and read what comes in, until stopped (Ctrl-C, or SIGTERM: the items at hand are finished).

    One is enough for a store, and a second one says so and ends. What fails is recorded and tried again; a store that
    is full or gone for a while pauses the work.
    """
    from app.graph_keeper import GraphKeeper
    from app.logs import log_to_stderr
    from app.metrics import Metrics
    from app.scheduler import Scheduler, Stage

    log_to_stderr(as_json=log_json)
    stages = frozenset(Stage) if only is None else frozenset({Stage(only), Stage.FIGURES})
    with ExitStack() as stack:
        store = stack.enter_context(context.open_store(create=True, is_patient=True))
        keep_hold = _take_places(stack, store, only)
        metrics = Metrics()
        if metrics_port is not None:
            metrics.serve(metrics_port, metrics_host)
        place, run = stack.enter_context(open_place(workers_address, certificates, processes))
        scheduler = Scheduler(
            store,
            make_fetcher=context.make_fetcher,
            place=place,
            run=run,
            clock=context.clock,
            every_seconds=every.total_seconds(),
            graph=stack.enter_context(GraphKeeper(context.store_url)),
            graph_every_seconds=graph_every.total_seconds(),
            metrics=metrics,
            stages=stages,
            rest=context.rest,
            keep_hold=keep_hold,
        )
        asyncio.run(_run(scheduler))


def _take_places(stack: ExitStack, store: Store, only: str | None) -> Callable[[], None]:
    """Keep out a second one: that follows, and that reads where readers cannot share the work.

    Returns what takes the place of the one that follows again, should it be lost.
    """
    from graph.alone import Work, alone

    hold = None if only == "read" else stack.enter_context(alone(store, Work.FOLLOWING))
    if only != "follow" and store.dialect != "postgresql":
        stack.enter_context(alone(store, Work.READING))
    return (lambda: None) if hold is None else hold.keep


async def _run(scheduler: Scheduler) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, scheduler.stop)
    await scheduler.run()


@click.command("health")
@click.option("--within", type=Duration(), default="2h", show_default=True, help="How late polls may be.")
@click.pass_obj
def health_command(context: Context, within: timedelta) -> None:
    """Say whether the store can be used and the polling is on time: exit 0, or 3 with what is late, for monitors."""
    from graph.following import count_due

    with context.open_store() as store:
        late = count_due(store, now=context.clock(), late_by=within)
    if late:
        complain(f"{count(late, 'feed')} should have been polled more than {within} ago: is `sayso run` at work?")
        raise ItemsFailed
    click.echo("healthy: no poll is late")
