"""`sayso sparql`: questions to the graph in SPARQL, here or from other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.context import Context, complain, count, printable
from app.settings import sparql_folder

if TYPE_CHECKING:
    from graph.rdf.quadstore import QuadStore
    from graph.rdf.sparql import Answer, Limits
    from graph.store import Store


@click.command("sparql")
@click.argument("query", required=False)
@click.option("--ready", metavar="NAME", help="Ask a ready query; --list shows them.")
@click.option("--set", "values", metavar="NAME=VALUE", multiple=True, help="A parameter of the ready query: the id of "
              "a claim, the name or id of an entity, the name of an outlet.")  # fmt: skip
@click.option("--list", "list_only", is_flag=True, help="List the ready queries.")
@click.option("--format", "format_name", type=click.Choice(["table", "json", "csv"]), help="[default: table]")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: SPARQL 1.1 results.")
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=30.0, show_default=True, help="Stop after.")
@click.option("--rows", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True, help="At most so many.")
@click.option("--serve", is_flag=True, help="Offer a read-only SPARQL endpoint on this machine, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=7878, show_default=True, help="With --serve; 0: any.")
@click.option("--no-update", is_flag=True, help="Ask the graph as it was the last time.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.pass_obj
def sparql_command(
    context: Context,
    query: str | None,
    ready: str | None,
    values: tuple[str, ...],
    format_name: str | None,
    seconds: float,
    rows: int,
    port: int,
    *,
    list_only: bool,
    as_json: bool,
    serve: bool,
    no_update: bool,
    quiet: bool,
) -> None:
    """Ask the graph a QUERY in SPARQL 1.1: the query itself, a file that holds it, or "-" for stdin.

    The prefixes of the graph (sayso:, prov:, schema:, oa:, ...) need not be declared. The graph is kept beside the
    store and brought up to date first, which takes long only the first time.
    """
    from graph.rdf.quadstore import QuadStore
    from graph.rdf.sparql import Limits

    if list_only:
        _show_ready()
        return
    if (query is not None) + (ready is not None) + serve != 1:
        raise click.UsageError("give a query, or --ready NAME, or --serve")
    if values and ready is None:
        raise click.UsageError("--set belongs to --ready")
    limits = Limits(seconds=seconds, rows=rows)
    with context.open_store() as store:
        text = None if serve else _read_query(store, query, ready, values)
        quads = QuadStore(sparql_folder(context.store_url))
        if not no_update:
            _update(quads, store, quiet=quiet)
        if text is None:
            _serve(quads, store, limits, port, is_updated=not no_update)
            return
    _ask(quads, text, limits, "json" if as_json else format_name or "table")


def _show_ready() -> None:
    from graph.rdf.ready import list_ready

    for query in list_ready():
        click.echo(f"{query.name}: {query.about}")
        for name, meaning in query.parameters.items():
            click.echo(f"    --set {name}=...  {meaning}")


def _read_query(store: Store, query: str | None, ready: str | None, values: tuple[str, ...]) -> str:
    from graph.rdf.ready import fill_in_names, find_ready

    if ready is not None:
        return fill_in_names(store, find_ready(ready), _read_values(values))
    if query == "-":
        return sys.stdin.read()
    if query is not None and "{" not in query and Path(query).is_file():
        return Path(query).read_text(encoding="utf-8")
    return query or ""


def _read_values(values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in values:
        name, has_value, value = each.partition("=")
        if not has_value:
            raise click.UsageError(f"--set {each}: write NAME=VALUE")
        found[name] = value
    return found


def _update(quads: QuadStore, store: Store, *, quiet: bool) -> None:
    from contextlib import ExitStack

    from app.progress import RichReporter, Silent

    with ExitStack() as stack:
        reporter = Silent() if quiet else stack.enter_context(RichReporter())
        with reporter.stage("Updating", None) as stage:
            done = quads.update(store, advance=stage.advance)
    if done.is_busy:
        complain("another sayso is bringing the graph up to date; this asks it as it was before")


def _ask(quads: QuadStore, text: str, limits: Limits, format_name: str) -> None:
    from graph.rdf.sparql import Asker, BadQuery, to_csv, to_json

    with Asker(limits=limits) as asker:
        try:
            answer = asker.ask(quads.snapshot(), text)
        except BadQuery as error:
            raise click.UsageError(str(error)) from error
    if answer.triples is not None:
        click.echo(answer.triples, nl=False)
    elif format_name == "json":
        click.echo(to_json(answer))
    elif format_name == "csv":
        click.echo(to_csv(answer), nl=False)
    else:
        _show_table(answer)
    if answer.is_cut:
        complain(f"there is more than {count(limits.rows, 'row')}; --rows shows more")


def _show_table(answer: Answer) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from graph.rdf.sparql import to_lines

    if answer.is_true is not None:
        click.echo("yes" if answer.is_true else "no")
        return
    if not answer.rows:
        complain("nothing in the graph answers this")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in answer.variables:
        table.add_column(Text(printable(name)), overflow="fold")
    for row in to_lines(answer):
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(table)


def _serve(quads: QuadStore, store: Store, limits: Limits, port: int, *, is_updated: bool) -> None:
    import uvicorn

    from app.sparql_endpoint import make_endpoint

    quads.snapshot()  # what is wrong is said here, not to whoever asks
    update = (lambda: quads.update(store)) if is_updated else None
    app = make_endpoint(quads.snapshot, limits=limits, update=update)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", limit_concurrency=32))
    listening = server.config.bind_socket()
    listening.listen()  # from here on whoever asks is heard, if not answered yet
    click.echo(f"sayso sparql: http://127.0.0.1:{listening.getsockname()[1]}/query  (Ctrl-C stops it)")
    server.run(sockets=[listening])
