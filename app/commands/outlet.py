"""`sayso outlet list`, `family` and `log`: the outlets of the store and which of them belong to one publisher."""

from __future__ import annotations

import click

from app.commands.figures import count_figures
from app.commands.whoever import whoever
from app.context import Context, complain, print_json


@click.group("outlet")
def outlet_group() -> None:
    """Outlets, and which of them belong to one publisher."""


@outlet_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON line an outlet.")
@click.pass_obj
def list_command(context: Context, *, as_json: bool) -> None:
    """List all outlets, those of one family together."""
    from app.show import show_outlets
    from graph.families import list_outlets

    with context.open_store() as store:
        found = list_outlets(store)
    if as_json:
        for outlet in found:
            print_json({"name": outlet.name, "family": outlet.family, "articles": outlet.articles})
    elif found:
        show_outlets(found)
    else:
        complain("no outlet is held yet; begin with: sayso ingest")


@outlet_group.command("family")
@click.argument("outlet")
@click.argument("family", required=False)
@click.option("--none", "is_none", is_flag=True, help="OUTLET belongs to no family.")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def family_command(context: Context, outlet: str, family: str | None, why: str, *, is_none: bool) -> None:
    """Say that OUTLET belongs to FAMILY, a publisher of several: two of them are not independent of each other."""
    from graph.families import set_family

    if (family is None or not family.strip()) != is_none:
        raise click.UsageError("name a FAMILY, or give --none")
    with context.open_store() as store:
        is_changed = set_family(store, outlet, family, who=whoever(), why=why, now=context.clock())
        count_figures(store)
    now = "to no family" if is_none else f"to {family}"
    complain(f"{outlet} belongs {now}" + ("" if is_changed else ", as before"))


@outlet_group.command("log")
@click.pass_obj
def log_command(context: Context) -> None:
    """Show who put which outlet into which family, the latest first."""
    from app.show import show_family_changes
    from graph.families import list_family_changes

    with context.open_store() as store:
        changes = list_family_changes(store)
    if changes:
        show_family_changes(changes)
    else:
        complain("no outlet was put into a family yet")
