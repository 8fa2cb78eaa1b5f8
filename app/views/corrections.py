"""Corrections: what was decided about claims and people, by whom and why, each with its undo."""

from __future__ import annotations

import streamlit as st

from app.highlight import escape
from app.views.address import ask_one
from app.views.common import open_store, show_time
from app.views.correcting import take_back
from app.views.user import is_editor
from graph.decision_log import LoggedDecision, list_decisions
from graph.decisions import DecisionAction, DecisionKind

_SHOWN = 50
_WHOSE = {"people": "by people", "all": "by people and by sayso"}


def show() -> None:
    st.title("Corrections")
    st.text(
        "What was decided about claims and about people. Nothing is overwritten: what is undone is as if it had never "
        "been, and stays in this log."
    )
    whose = ask_one("whose", "Decided", [*_WHOSE], show=_WHOSE.__getitem__)
    before = st.session_state.get("log-before")
    found = list_decisions(open_store(), by_people=whose == "people", before=before, limit=_SHOWN)
    if not found:
        st.text("Nothing was decided. Correct a claim on its page, and a person on theirs.")
    for decision in found:
        _show_decision(decision)
    _turn_pages(found, before)


def _show_decision(decision: LoggedDecision) -> None:
    with st.container(border=True, gap="small"):
        st.html(_what_html(decision))
        undone = ""
        if decision.undone_at is not None:
            undone = f" · undone by {escape(decision.undone_by or 'unknown')}, {show_time(decision.undone_at)}"
        st.html(
            f'<div class="sayso-fact"><span class="why">no. {decision.number}, by {escape(decision.who)}, '
            f"{show_time(decision.decided_at)}: {escape(decision.why)}{undone}</span></div>"
        )
        if decision.undone_at is None and is_editor():
            st.button("Undo", key=f"undo-{decision.number}", on_click=take_back, args=(decision.number,))


def _what_html(decision: LoggedDecision) -> str:
    left, right = (escape(name or "(no longer held)") for name in (decision.left_name, decision.right_name))
    if decision.kind is DecisionKind.ATTRIBUTION:
        return f'<div class="sayso-fact"><span class="stance">✗ not an attribution</span> “{left}”</div>'
    kind = "claim" if decision.kind is DecisionKind.CLAIM else "person or organisation"
    joins = decision.action is DecisionAction.MERGE
    sign, between = ("＝ one", "and") if joins else ("≠ not one", "and not")
    return f'<div class="sayso-fact"><span class="stance">{sign} {kind}</span> “{left}” {between} “{right}”</div>'


def _turn_pages(found: list[LoggedDecision], before: int | None) -> None:
    with st.container(horizontal=True):
        if before is not None and st.button("The latest"):
            del st.session_state["log-before"]
            st.rerun()
        if len(found) == _SHOWN and st.button("Older ones"):
            st.session_state["log-before"] = found[-1].number
            st.rerun()
