"""Claims: search them, and see for each how many origins it has and who denies it."""

from __future__ import annotations

import streamlit as st

from app.context import printable
from app.show import interval
from app.views.common import go_to, open_store, show_start, show_text
from graph.browsing import list_claims
from graph.ids import Kind, show_id
from graph.trace import ClaimSummary

CLAIMS_SHOWN = 100


def show() -> None:
    st.title("Claims")
    st.text("On whose say-so? Choose a claim to see where it comes from.")
    asked = st.text_input(
        "Search the claims", key="q", bind="query-params", placeholder="for example: solvent river", max_chars=500
    )
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
            "claim": st.column_config.TextColumn(width="large"),
            "origins": st.column_config.TextColumn(help="At least .. at most; copies count once"),
            "stances": st.column_config.TextColumn(help="How many attributions assert it, deny it, pass it on ..."),
            "latest": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC"),
        },
    )
    rows = chosen["selection"]["rows"]
    if rows:
        go_to("claim", id=show_id(Kind.CLAIM, found[rows[0]].claim_id))
    if len(found) == CLAIMS_SHOWN:
        st.text(f"The first {CLAIMS_SHOWN} are shown; search for fewer.")


def _stances(claim: ClaimSummary) -> str:
    return ", ".join(f"{count} {stance}" for stance, count in claim.stances.items())


def _show_nothing(asked: str) -> None:
    if asked:
        show_text(f"No claim has all of these words: {asked}")
    else:
        show_start()
