"""`sayso export`: the graph as a file."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from app.context import Context, complain, count, read_date

if TYPE_CHECKING:
    from app.progress import Reporter
    from graph.rdf.selection import Selection
    from graph.store import Store

FORMATS = ("ttl", "trig", "nq", "jsonld", "graphml", "csv")
BREACHES_SHOWN = 20


@click.command("export")
@click.argument("out", required=False, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="By default what OUT's ending says.")
@click.option("--base", metavar="IRI", help="What the IRIs of this store begin with. [default: urn:sayso:]")
@click.option("--since", callback=read_date, metavar="DATE", help="Only articles published since then.")
@click.option("--claim", "claims", metavar="ID", multiple=True, help="Only this claim. Repeatable.")
@click.option("--entity", "entities", metavar="NAME", multiple=True, help="Only what this one said, or what is said "
              "about it. Repeatable.")  # fmt: skip
@click.option("--outlet", "outlets", metavar="NAME", multiple=True, help="Only articles of this outlet. Repeatable.")
@click.option("--check", is_flag=True, help="Hold the graph to its shapes (SHACL) first; nothing that breaks one is "
              "written. Without OUT, only check.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.pass_obj
def export_command(
    context: Context,
    out: Path | None,
    format_name: str | None,
    base: str | None,
    since: datetime | None,
    claims: tuple[str, ...],
    entities: tuple[str, ...],
    outlets: tuple[str, ...],
    *,
    check: bool,
    quiet: bool,
) -> None:
    """Write the graph to OUT, or to stdout where OUT is "-".

    \b
    ttl      Turtle: who says what, through whom; nothing that is alleged as a statement
    trig     TriG: the same, and each claim as a nanopublication, in named graphs
    nq       N-Quads: as trig, a line a statement (QLever takes this, not TriG)
    jsonld   JSON-LD: as trig
    graphml  who quotes whom and says what about whom, for Gephi or yEd
    csv      a line an attribution, for spreadsheets

    The file appears whole or not at all, and the same store gives the same bytes.
    """
    from app.progress import RichReporter, Silent
    from graph.rdf.selection import select_by_names

    name = _format_of(out, format_name)
    if out is None and not check:
        raise click.UsageError("name the file to write, or - for stdout; or only --check")
    if out is not None and str(out) != "-" and not out.parent.is_dir():
        raise click.UsageError(f"{out.parent}: there is no such folder")
    base = _checked_base(base)
    with context.open_store() as store, ExitStack() as stack:
        selection = select_by_names(
            store, since=since, claim_texts=claims, entity_texts=entities, outlet_names=outlets
        )  # fmt: skip
        reporter: Reporter = Silent() if quiet else stack.enter_context(RichReporter())
        if check:
            _check_shapes(store, base, selection, reporter)
        if out is None:
            return
        to: Path | IO[bytes] = sys.stdout.buffer if str(out) == "-" else out
        written = _write(store, to, name, base, selection, reporter)
    if str(out) != "-":
        click.echo(f"{written} written to {out}")


def _format_of(out: Path | None, format_name: str | None) -> str:
    name = format_name or ("" if out is None else out.suffix.lstrip(".").lower())
    if out is not None and name not in FORMATS:
        raise click.UsageError(f"{out}: the ending says no known format; add --format, one of {', '.join(FORMATS)}")
    return name


def _checked_base(base: str | None) -> str:
    from graph.rdf.terms import DEFAULT_BASE, BadBase, Names

    try:
        return Names(base or DEFAULT_BASE).base
    except BadBase as error:
        raise click.UsageError(f"--base: {error}") from error


def _check_shapes(store: Store, base: str, selection: Selection, reporter: Reporter) -> None:
    from graph.rdf.check import check_store
    from graph.rdf.export import count_export

    found = 0
    with reporter.stage("Checking", count_export(store, selection)) as stage:
        for breach in check_store(store, base=base, selection=selection, advance=stage.advance):
            found += 1
            if found <= BREACHES_SHOWN:
                complain(f"{breach.node}: {breach.message}")
    if found > BREACHES_SHOWN:
        complain(f"... and {found - BREACHES_SHOWN} more")
    if found:
        raise click.ClickException(f"the graph breaks its shapes in {count(found, 'place')}; nothing was written")
    complain("the graph keeps to its shapes")


def _write(store: Store, out: Path | IO[bytes], name: str, base: str, selection: Selection, reporter: Reporter) -> str:
    """Return what was written, in words."""
    from graph.rdf.export import Format, count_export, export_rdf
    from graph.rdf.tables import TableFormat, export_table

    is_table = name in list(TableFormat)
    with reporter.stage("Exporting", count_export(store, selection, with_claims=not is_table)) as stage:
        if is_table:
            table_format = TableFormat(name)
            lines = export_table(store, out, table_format, selection=selection, advance=stage.advance)
            return count(lines, "line" if table_format is TableFormat.CSV else "edge")
        written = export_rdf(store, out, Format(name), base=base, selection=selection, advance=stage.advance)
        return count(written, "triple" if name == "ttl" else "quad")
