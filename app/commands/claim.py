"""`sayso claim merge`, `split`, `undo` and `log`: what a person decides about claims, each a row that can be undone."""

from __future__ import annotations

import click

from app.commands.decisions import add_undo_and_log
from app.commands.whoever import whoever
from app.context import Context, complain


@click.group("claim")
def claim_group() -> None:
    """Say that claims are one, or are not; take it back."""


@claim_group.command("merge")
@click.argument("left", metavar="CLAIM")
@click.argument("right", metavar="CLAIM")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def merge_command(context: Context, left: str, right: str, why: str) -> None:
    """Two claims say the same: make them one."""
    from graph.decisions import merge_claims

    with context.open_store() as store:
        number = merge_claims(store, left, right, who=whoever(), why=why, now=context.clock())
    complain(f"merged; take it back with: sayso claim undo {number}")


@claim_group.command("split")
@click.argument("claim", metavar="CLAIM")
@click.argument("attribution", metavar="ATTRIBUTION")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def split_command(context: Context, claim: str, attribution: str, why: str) -> None:
    """ATTRIBUTION, with all that say it in the same words, does not belong to CLAIM."""
    from graph.decisions import split_claim

    with context.open_store() as store:
        number = split_claim(store, claim, attribution, who=whoever(), why=why, now=context.clock())
    complain(f"split; take it back with: sayso claim undo {number}")


add_undo_and_log(claim_group, "claim")
