"""`sayso export`: the graph as a file."""

from __future__ import annotations

from pathlib import Path

import click

from app.context import Context


@click.command("export")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(["ttl", "nq"]), help="By default what OUT's ending says.")
@click.option("--base", metavar="IRI", help="What the IRIs of this store begin with. [default: urn:sayso:]")
@click.pass_obj
def export_command(context: Context, out: Path, format_name: str | None, base: str | None) -> None:
    """Write the graph to OUT as RDF: Turtle (ttl) or N-Quads (nq). The file appears whole or not at all."""
    from graph.rdf import DEFAULT_BASE, RdfFormat, export_rdf

    name = format_name or out.suffix.lstrip(".").lower()
    if name not in list(RdfFormat):
        raise click.UsageError(f"{out}: the ending says no known format; add --format ttl or --format nq")
    if not out.parent.is_dir():
        raise click.UsageError(f"{out.parent}: there is no such folder")
    with context.open_store() as store:
        count = export_rdf(store, out, RdfFormat(name), base=base or DEFAULT_BASE)
    click.echo(f"{count} triples written to {out}")
