"""Claims: search them, and see for each how many origins it has and who denies it."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from app.context import printable
from app.show import interval
from app.views.common import go_to, open_store, show_start, show_text
from graph.browsing import list_claims
from graph.ids import Kind, show_id
from graph.trace import ClaimSummary

CLAIMS_SHOWN = 100
_SEARCH_CHARACTERS = 500
_BOX = "search"


def show() -> None:
    st.title("Claims")
    st.text("On whose say-so? Choose a claim to see where it comes from.")
    asked = _ask()
    found = list_claims(open_store(), asked, limit=CLAIMS_SHOWN)
    if not found:
        _show_nothing(asked)
        return
    table = {
        "claim": [printable(claim.text) for claim in found],
        "origins": [interval(*claim.origins) for claim in found],
        "outlets": [claim.outlets for claim in found],
        "articles": [claim.articles for claim in found],
        "stances": [_stances(claim) for claim in found],
        "about": [printable(", ".join(claim.about)) for claim in found],
        "latest": [claim.latest_at for claim in found],
    }
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(found) + 1) + 2, 720),
        column_config={
            "claim": st.column_config.TextColumn(width=405),
            "outlets": st.column_config.NumberColumn(width=68),
            "articles": st.column_config.NumberColumn(width=68),
            "about": st.column_config.TextColumn(width=110),
            "origins": st.column_config.TextColumn(width=75, help="At least .. at most; copies count once"),
            "stances": st.column_config.TextColumn(
                width=200, help="How many attributions assert it, deny it, pass it on ..."
            ),
            "latest": st.column_config.DatetimeColumn(width=145, format="D MMM YYYY, HH:mm", timezone="UTC"),
        },
    )
    rows = chosen["selection"]["rows"]
    if rows:
        _open_claim(found[rows[0]], asked)
    if len(found) == CLAIMS_SHOWN:
        st.text(f"The first {CLAIMS_SHOWN} are shown; search for fewer.")


def _ask() -> str:
    """The search box. The address decides what is in it, so that a link, Back and Forward bring a search again.

    `bind="query-params"` would be shorter, but in Streamlit 1.67 it forgets the search when one comes back to the page.
    """
    st.session_state[_BOX] = st.query_params.get("q", "")[:_SEARCH_CHARACTERS]
    return st.text_input(
        "Search the claims",
        key=_BOX,
        on_change=_keep_search,
        placeholder="for example: solvent river",
        max_chars=_SEARCH_CHARACTERS,
    )


def _keep_search() -> None:
    asked = st.session_state[_BOX]
    if asked:
        st.query_params["q"] = asked
    else:
        st.query_params.pop("q", None)


def _open_claim(claim: ClaimSummary, asked: str) -> NoReturn:
    # Streamlit writes the new parameters on this page's address before it leaves, and Back comes to that address: it
    # has to hold the search too.
    search = {"q": asked} if asked else {}
    go_to("claim", id=show_id(Kind.CLAIM, claim.claim_id), **search)


def _stances(claim: ClaimSummary) -> str:
    return ", ".join(f"{count} {stance}" for stance, count in claim.stances.items())


def _show_nothing(asked: str) -> None:
    if asked:
        show_text(f"No claim has all of these words: {asked}")
    else:
        show_start()
