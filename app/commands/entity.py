"""`sayso entity merge`, `split`, `undo` and `log`: who is who, as a person knows it."""

from __future__ import annotations

import click

from app.commands.decisions import add_undo_and_log
from app.commands.whoever import whoever
from app.context import Context, complain


@click.group("entity")
def entity_group() -> None:
    """Say that people, organisations or places are one, or are not; take it back."""


@entity_group.command("merge")
@click.argument("left", metavar="ENTITY")
@click.argument("right", metavar="ENTITY")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def merge_command(context: Context, left: str, right: str, why: str) -> None:
    """Two ENTITIES (ids or names) are one."""
    from graph.entity_decisions import merge_entities

    with context.open_store() as store:
        number = merge_entities(store, left, right, who=whoever(), why=why, now=context.clock())
    complain(f"merged; take it back with: sayso entity undo {number}")


@entity_group.command("split")
@click.argument("entity", metavar="ENTITY")
@click.argument("member", metavar="MEMBER")
@click.option("--why", default="", help="For those who read it later.")
@click.pass_obj
def split_command(context: Context, entity: str, member: str, why: str) -> None:
    """MEMBER is not ENTITY: the id of one that ENTITY stands for, or the id or URL of an article that names it."""
    from graph.entity_decisions import split_entity

    with context.open_store() as store:
        number = split_entity(store, entity, member, who=whoever(), why=why, now=context.clock())
    complain(f"split; take it back with: sayso entity undo {number}")


add_undo_and_log(entity_group, "entity")
