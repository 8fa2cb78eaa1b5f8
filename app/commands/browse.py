"""`sayso claims`, `who`, `trace` and `status`: looking at what the store holds."""

from __future__ import annotations

import click

from app.context import Context, complain, print_json


@click.command("claims")
@click.argument("query", metavar="[WORDS...]", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line a claim.")
@click.pass_obj
def claims_command(context: Context, query: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Search claims by words; without any, the latest."""
    from app.output import claim_to_dict
    from app.show import show_claims
    from graph.browsing import list_claims

    words = " ".join(query)
    with context.open_store() as store:
        found = list_claims(store, words, limit=limit)
    if as_json:
        for claim in found:
            print_json(claim_to_dict(claim))
    elif not found:
        complain(
            f"no claim has all the words of '{words}'" if words else "no claim is held yet; begin with: sayso ingest"
        )
    else:
        show_claims(found)


@click.command("who")
@click.argument("entity", metavar="ENTITY", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many each.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line an entity.")
@click.pass_obj
def who_command(context: Context, entity: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Show what ENTITY (any of its names, or an id) said, and what is said about it.

    Where several are called so, they are listed, and an id says who is meant; --json prints all.
    """
    from app.output import entity_to_dict
    from app.show import show_choices, show_entity
    from graph.browsing import view_entity

    with context.open_store() as store:
        views = view_entity(store, " ".join(entity), limit=limit)
    if as_json:
        for view in views:
            print_json(entity_to_dict(view))
    elif len(views) > 1:
        complain("several are called so; take an id: sayso who ID, or make one of two with: sayso entity merge ID ID")
        show_choices(views)
    else:
        show_entity(views[0])


@click.command("trace")
@click.argument("claim")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def trace_command(context: Context, claim: str, *, as_json: bool) -> None:
    """Trace CLAIM (an id, or the beginning of one): on whose say-so, through whom, how many origins."""
    from app.output import trace_to_dict
    from app.show import show_trace
    from graph.browsing import trace_by_id
    from graph.errors import BadId

    with context.open_store() as store:
        try:
            trace = trace_by_id(store, claim)
        except BadId as error:
            words = f"this is no id of a claim; ids look like c3fa9c, and `sayso claims {claim}` looks for words"
            raise BadId(claim, words) from error
    if as_json:
        print_json(trace_to_dict(trace))
    else:
        show_trace(trace)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def status_command(context: Context, *, as_json: bool) -> None:
    """Show counts, what waits to be done, and what failed."""
    from app.output import status_to_dict
    from app.show import show_status
    from graph.browsing import load_status
    from graph.failures import list_failures

    with context.open_store() as store:
        status, failures = load_status(store), list(list_failures(store))
    if as_json:
        print_json(status_to_dict(status, failures))
    else:
        show_status(status, failures, now=context.clock())
