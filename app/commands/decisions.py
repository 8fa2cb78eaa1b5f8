"""What the commands share by which a person decides: taking back, and the log."""

from __future__ import annotations

import click

from app.commands.whoever import whoever
from app.context import Context, complain, print_json


def add_undo_and_log(group: click.Group, kind: str) -> None:
    """Give a group of commands `undo` and `log`, for decisions of a kind (a `graph.decisions.DecisionKind`)."""

    @group.command("undo")
    @click.argument("number", type=click.IntRange(1, 2**63 - 1))
    @click.pass_obj
    def undo_command(context: Context, number: int) -> None:
        """Take back the decision of this NUMBER."""
        from graph.decisions import undo

        with context.open_store() as store:
            undo(store, number, who=whoever(), now=context.clock())
        complain("undone")

    @group.command("log")
    @click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
    @click.option("--before", type=click.IntRange(1, 2**63 - 1), help="Those before this number.")
    @click.option("--people", "by_people", is_flag=True, help="Without what sayso decided by itself.")
    @click.option("--json", "as_json", is_flag=True, help="A JSON line a decision.")
    @click.pass_obj
    def log_command(context: Context, limit: int, before: int | None, *, by_people: bool, as_json: bool) -> None:
        """List what was decided, the latest first: who, when, why, and what was taken back."""
        from app.output import decision_to_dict
        from app.show import show_decisions
        from graph.decision_log import list_decisions
        from graph.decisions import DecisionKind

        with context.open_store() as store:
            found = list_decisions(store, kinds=(DecisionKind(kind),), by_people=by_people, before=before, limit=limit)
        if as_json:
            for decision in found:
                print_json(decision_to_dict(decision))
        elif not found:
            complain("nothing has been decided yet")
        else:
            show_decisions(found)
