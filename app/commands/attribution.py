"""`sayso attribution reject`, `undo` and `log`: what the text does not say, as a person who read it knows."""

from __future__ import annotations

import click

from app.commands.decisions import add_undo_and_log
from app.commands.whoever import whoever
from app.context import Context, complain


@click.group("attribution")
def attribution_group() -> None:
    """Say that an attribution is none; take it back."""


@attribution_group.command("reject")
@click.argument("attribution", metavar="ATTRIBUTION")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def reject_command(context: Context, attribution: str, why: str) -> None:
    """ATTRIBUTION (an id) is none: leave it out of all answers, also when its article is read again."""
    from graph.attribution_decisions import reject_attribution

    with context.open_store() as store:
        number = reject_attribution(store, attribution, who=whoever(), why=why, now=context.clock())
    complain(f"rejected; take it back with: sayso attribution undo {number}")


add_undo_and_log(attribution_group, "attribution")
