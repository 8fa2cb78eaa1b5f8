"""Claims: search them, narrow them down, and see for each how many origins it has and who denies it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from app.context import count, printable
from app.show import interval
from app.views.address import ask_day, ask_number, ask_one, ask_several, ask_text, ask_whether
from app.views.common import open_page, open_store, show_text
from app.views.start import show_start
from graph.claim_list import LOOKED_THROUGH, ClaimFilter, ClaimOrder, list_matching_claims
from graph.ids import Kind, show_id
from graph.trace import ClaimSummary
from nlp.annotation import QuotationType, SourceType, Stance

CLAIMS_SHOWN = 100
_ORDERS = {
    ClaimOrder.MATCH: "Best match",
    ClaimOrder.RECENCY: "Latest",
    ClaimOrder.ORIGINS: "Most origins",
    ClaimOrder.SPREAD: "Most articles",
}


def show() -> None:
    st.title("Claims")
    st.text("On whose say-so? Choose a claim to see where it comes from.")
    asked, order = _ask()
    found = list_matching_claims(open_store(), asked, order=order, limit=CLAIMS_SHOWN)
    if not found.claims:
        _show_nothing(asked)
        return
    show_claim_table(found.claims, key="claims")
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.text(_say_how_many(len(found.claims), is_cut=found.is_cut))
    right.download_button(
        "These as CSV", data=lambda: write_csv(found.claims), file_name="claims.csv", mime="text/csv", on_click="ignore"
    )


def _say_how_many(shown: int, *, is_cut: bool) -> str:
    if not is_cut:
        return f"{count(shown, 'claim')} shown."
    if shown == CLAIMS_SHOWN:
        return f"The first {shown} are shown: narrow the search to see others."
    return f"{count(shown, 'claim')} shown, of the first {LOOKED_THROUGH:,} in this order; further ones may match."


def show_claim_table(found: Sequence[ClaimSummary], *, key: str) -> None:
    """Claims, of which the one that is chosen is opened."""
    table = {
        "claim": [printable(claim.text) for claim in found],
        "origins": [interval(*claim.origins) for claim in found],
        "outlets": [claim.outlets for claim in found],
        "articles": [claim.articles for claim in found],
        "stances": [name_stances(claim) for claim in found],
        "about": [printable(", ".join(claim.about)) for claim in found],
        "latest": [claim.latest_at for claim in found],
    }
    chosen = st.dataframe(
        table,
        key=f"table-{key}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(found) + 1) + 2, 720),
        column_config={
            "claim": st.column_config.TextColumn(width=420),
            "origins": st.column_config.TextColumn(width=70, help="At least to at most; copies count once"),
            "outlets": st.column_config.NumberColumn(width=62),
            "articles": st.column_config.NumberColumn(width=65),
            "stances": st.column_config.TextColumn(
                width=195, help="How many attributions assert it, deny it, pass it on ..."
            ),
            "about": st.column_config.TextColumn(width=120),
            "latest": st.column_config.DatetimeColumn(width=142, format="D MMM YYYY, HH:mm", timezone="UTC"),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page("claim", id=show_id(Kind.CLAIM, found[row].claim_id))


def name_stances(claim: ClaimSummary) -> str:
    return ", ".join(f"{number} {stance}" for stance, number in claim.stances.items())


def write_csv(found: Sequence[ClaimSummary]) -> bytes:
    """The table for a spreadsheet. A cell that it would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("id", "claim", "origins_at_least", "origins_at_most", "outlets", "articles", "stances", "about",
         "earliest_held", "earliest_at", "latest_at")
    )  # fmt: skip
    for claim in found:
        row = (
            show_id(Kind.CLAIM, claim.claim_id),
            claim.text,
            claim.origins[0],
            claim.origins[1],
            claim.outlets,
            claim.articles,
            name_stances(claim),
            "; ".join(claim.about),
            claim.earliest_held,
            claim.earliest_at.isoformat(),
            claim.latest_at.isoformat(),
        )
        writer.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")  # with the mark by which a spreadsheet knows UTF-8


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _ask() -> tuple[ClaimFilter, ClaimOrder]:
    words = ask_text("q", "Search the claims", placeholder="for example: solvent river")
    is_open = any(name not in ("q", "order") for name in st.query_params)
    with st.expander("Narrow it down", expanded=is_open):
        first = st.columns(3)
        with first[0]:
            about = ask_text("about", "About", placeholder="a person, an organisation, a place")
        with first[1]:
            source = ask_text("source", "Said by", placeholder="a person or an organisation")
        with first[2]:
            outlet = ask_text("outlet", "Outlet", placeholder="its whole name")
        second = st.columns(3)
        with second[0]:
            source_types = ask_several("type", "Kind of source", [*SourceType], show=_spaced)
        with second[1]:
            stances = ask_several("stance", "Stance", [*Stance])
        with second[2]:
            quotations = ask_several("quotation", "Quotation", [*QuotationType])
        third = st.columns([1, 1, 1, 1.2], vertical_alignment="bottom")
        with third[0]:
            since = ask_day("since", "From")
        with third[1]:
            until = ask_day("until", "To")
        with third[2]:
            origins = ask_number("origins", "Origins, at least", help="Held to the most that a claim can have")
        with third[3]:
            is_contested = ask_whether("contested", "Contested only", help="Asserted by some and denied by others")
    orders = [order for order in ClaimOrder if words or order is not ClaimOrder.MATCH]
    order = ClaimOrder(ask_one("order", "In the order of", [*orders], show=_ORDERS.__getitem__))  # type: ignore[arg-type]
    asked = ClaimFilter(
        words=words,
        about=about,
        source=source,
        outlet=outlet,
        source_types=source_types,
        stances=stances,
        quotation_types=quotations,
        since=since,
        until=None if until is None else until + timedelta(days=1),
        least_origins=origins,
        is_contested=is_contested,
    )
    return asked, order


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _show_nothing(asked: ClaimFilter) -> None:
    if asked.is_empty:
        show_start()
    elif asked == ClaimFilter(words=asked.words):
        show_text(f"No claim has all of these words: {asked.words}")
    else:
        show_text("No claim meets all of this. Names have to be as they are written: see People.")
