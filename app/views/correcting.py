"""The buttons by which an editor corrects what was found, each decision with its undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from app.views.common import link_to, open_store, plain, show_text
from app.views.user import is_editor, name_user
from graph.attribution_decisions import reject_attribution
from graph.claim_list import ClaimFilter, list_matching_claims
from graph.decisions import merge_claims, split_claim, undo
from graph.entity_decisions import split_entity
from graph.errors import GraphError
from graph.evidence import AttributionEvidence
from graph.ids import Kind, show_id
from graph.memberships import Membership
from graph.trace import Trace

_DONE = "just-decided"
_CHOICES = 20


def show_last_decision() -> None:
    """What was decided a moment ago, with the way back."""
    done = st.session_state.get(_DONE)
    if done is None:
        return
    number, words = done
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        show_text(f"Decided: {words} (no. {number}).")
        if st.button("Undo", key="undo-last"):
            take_back(number)
            st.session_state[_DONE] = None
            st.rerun()
        link_to("corrections", "All corrections")


def take_back(number: int) -> None:
    undo(open_store(), number, who=name_user(), now=datetime.now(UTC))


def offer_corrections(item: AttributionEvidence, *, claim_id: int, membership: Membership | None) -> None:
    """Behind one button, for one attribution of a claim."""
    if not is_editor():
        return
    key = show_id(Kind.ATTRIBUTION, item.attribution_id)
    with st.popover("Correct", type="tertiary"):
        why = _ask_why(key)
        if membership is not None and not membership.is_own:
            claim = show_id(Kind.CLAIM, claim_id)
            _offer(
                "Not the same claim",
                f"split-{key}",
                lambda who, now: split_claim(open_store(), claim, key, who=who, why=why, now=now),
                f"“{membership.text}” is another claim",
            )
        else:
            st.text("These are the words that the claim goes by: split off those that differ.")
        _offer_on_attribution(item, why)


def offer_attribution_corrections(item: AttributionEvidence) -> None:
    """For one attribution of an article."""
    if is_editor():
        _offer_on_attribution(item, _ask_why(show_id(Kind.ATTRIBUTION, item.attribution_id)))


def _ask_why(key: str) -> str:
    return st.text_input("Why", key=f"why-{key}", placeholder="for those who read the log", max_chars=300) or "by hand"


def _offer_on_attribution(item: AttributionEvidence, why: str) -> None:
    key = show_id(Kind.ATTRIBUTION, item.attribution_id)
    with st.container(horizontal=True):
        _offer(
            "Not an attribution",
            f"reject-{key}",
            lambda who, now: reject_attribution(open_store(), key, who=who, why=why, now=now),
            f"“{_short(item.words)}” attributes nothing",
        )
        if item.source_entity_id is not None:
            entity, article = (
                show_id(Kind.ENTITY, item.source_entity_id),
                show_id(Kind.ARTICLE, item.version.article_id),
            )
            _offer(
                "Not this person",
                f"person-{key}",
                lambda who, now: split_entity(open_store(), entity, article, who=who, why=why, now=now),
                f"{item.source_name} in this article is somebody else",
            )


def offer_claim_corrections(trace: Trace) -> None:
    """Join another claim with this one."""
    if not is_editor():
        return
    claim_id = trace.evidence.claim_id
    with st.expander("Another claim says the same"):
        words = st.text_input("Find it by its words", key="merge-words", max_chars=300)
        if not words.strip():
            return
        found = list_matching_claims(open_store(), ClaimFilter(words=words), limit=_CHOICES).claims
        others = {claim.claim_id: claim.text for claim in found if claim.claim_id != claim_id}
        if not others:
            st.text("No other claim has all of these words.")
            return
        chosen = st.radio("Which", [*others], format_func=lambda key: plain(others[key]), key="merge-which")
        why = st.text_input("Why", key="merge-why", placeholder="for those who read the log", max_chars=300)
        if chosen is not None:
            _offer(
                "Same claim",
                "merge",
                lambda who, now: merge_claims(
                    open_store(),
                    show_id(Kind.CLAIM, claim_id),
                    show_id(Kind.CLAIM, chosen),
                    who=who,
                    why=why or "by hand",
                    now=now,
                ),
                f"“{others[chosen]}” is the same claim",
            )


def decide_and_say(decide: Callable[[str, datetime], int], words: str) -> None:
    """Decide, say so at the head of the page, and show the page as it is now."""
    try:
        number = decide(name_user(), datetime.now(UTC))
    except GraphError as error:
        show_text(str(error))
        return
    st.session_state[_DONE] = (number, words)
    st.rerun()


def _offer(label: str, key: str, decide: Callable[[str, datetime], int], words: str) -> None:
    if st.button(label, key=key):
        decide_and_say(decide, words)


def _short(words: str) -> str:
    whole = " ".join(words.split())
    return whole if len(whole) <= 120 else whole[:118] + " …"
