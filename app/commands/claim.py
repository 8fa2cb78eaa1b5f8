"""`sayso claim merge`, `split` and `undo`: what a person decides about claims. Each is a row and can be undone."""

from __future__ import annotations

import getpass

import click

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
        number = merge_claims(store, left, right, who=_whoever(), why=why, now=context.clock())
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
        number = split_claim(store, claim, attribution, who=_whoever(), why=why, now=context.clock())
    complain(f"split; take it back with: sayso claim undo {number}")


@claim_group.command("undo")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def undo_command(context: Context, number: int) -> None:
    """Take back the decision of this NUMBER."""
    from graph.decisions import undo

    with context.open_store() as store:
        undo(store, number, who=_whoever(), now=context.clock())
    complain("undone")


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user id without a name, as in containers
        return "somebody"
