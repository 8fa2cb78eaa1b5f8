"""Today: what is new since a chosen time, and what grew, was denied, and who was quoted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt
import streamlit as st

from app.context import printable
from app.show import interval
from app.views.address import ask_one
from app.views.claims import name_stances, show_claim_table
from app.views.common import open_page, open_store, show_text, show_time
from app.views.start import show_start
from graph.ids import Kind, show_id
from graph.timeline import Tick, is_hourly, load_timeline
from graph.today import Counted, Growth, Today, find_latest_time, load_today
from nlp.annotation import Stance

_STRETCHES = {"1": "24 hours", "3": "3 days", "7": "7 days", "30": "30 days"}
# Okabe and Ito's colours, which the colour-blind can tell apart; dashes and names tell the stances apart as well.
STANCE_COLOURS = {
    Stance.ASSERTS: "#0072B2",
    Stance.SUPPORTS: "#56B4E9",
    Stance.RELAYS: "#999999",
    Stance.DENIES: "#D55E00",
    Stance.DOUBTS: "#CC79A7",
    Stance.ASKS: "#F0E442",
    Stance.DECLINES: "#009E73",
}


def show() -> None:
    st.title("Today")
    store = open_store()
    latest = find_latest_time(store)
    if latest is None:
        show_start()
        return
    days = ask_one("days", "What is new in the last", [*_STRETCHES], show=_STRETCHES.__getitem__)
    now = datetime.now(UTC)
    # An archive's last day is shown as its today; of a followed feed it is now.
    until = min(now, latest) + timedelta(minutes=1)
    since = until - timedelta(days=int(days))
    _say_what_time(since, until, latest, now)
    chosen = _show_timeline(load_timeline(store, since=since, until=until), since, until)
    if chosen is not None:
        since, until = chosen
        show_text(f"Only what was published from {show_time(since)} to {show_time(until)}.")
    _show_lists(load_today(store, since=since, until=until))


def _say_what_time(since: datetime, until: datetime, latest: datetime, now: datetime) -> None:
    old = " The latest article that is held is older than a day." if now - latest > timedelta(days=1) else ""
    show_text(f"Published from {show_time(since)} to {show_time(until)}.{old}")


def _show_lists(today: Today) -> None:
    st.subheader("New claims, by origins")
    if today.new_claims:
        show_claim_table(today.new_claims, key="new")
    else:
        st.text("No claim is new in this time.")
    left, right = st.columns(2)
    with left:
        st.subheader("Growing")
        st.text("Older claims that came up in further articles.")
        _show_growing(today.growing)
    with right:
        st.subheader("Newly denied")
        st.text("Asserted by some, and denied by somebody in this time.")
        _show_contested(today)
    columns = st.columns(3)
    with columns[0]:
        st.subheader("Most quoted")
        _show_counted(today.quoted, key="quoted", what="who", page="person", kind=Kind.ENTITY)
    with columns[1]:
        st.subheader("Spoken about")
        _show_counted(today.topics, key="topics", what="who or what", page="person", kind=Kind.ENTITY)
    with columns[2]:
        st.subheader("Outlets")
        _show_counted(today.outlets, key="outlets", what="outlet", page="outlets", kind=Kind.OUTLET)


def _show_timeline(ticks: Sequence[Tick], since: datetime, until: datetime) -> tuple[datetime, datetime] | None:
    """The timeline; return the stretch of it that is chosen by drawing over it."""
    if not ticks:
        return None
    unit = "hours" if is_hourly(since, until) else "date"
    brush = alt.selection_interval(name="stretch", encodings=["x"])
    chart = draw_timeline(ticks, unit=unit, height=220).add_params(brush)
    state = st.altair_chart(chart, on_select="rerun", key=f"timeline-{st.query_params.get('days', '1')}")
    st.caption("Draw over a part of the timeline to see only that; click beside it to see all again.")
    drawn: Any = state["selection"].get("stretch", {}).get("at")
    if not drawn:
        return None
    first, last = (datetime.fromtimestamp(moment / 1000, UTC) for moment in drawn)
    return first, max(last, first + timedelta(minutes=1))


def draw_timeline(ticks: Sequence[Tick], *, unit: str, height: int) -> alt.Chart:
    """Attributions over time, a colour a stance."""
    values = [
        {"at": tick.at.isoformat(), "stance": str(tick.stance), "attributions": tick.attributions} for tick in ticks
    ]
    used = [stance for stance in Stance if any(tick.stance is stance for tick in ticks)]
    step: Any = "utcyearmonthdatehours" if unit == "hours" else "utcyearmonthdate"
    chart: alt.Chart = (
        alt.Chart({"values": values}, height=height)
        .mark_bar()
        .encode(
            x=alt.X("at:T", timeUnit=step, title=None, scale=alt.Scale(type="utc")),
            y=alt.Y("attributions:Q", title="attributions", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "stance:N",
                scale=alt.Scale(domain=[*map(str, used)], range=[STANCE_COLOURS[stance] for stance in used]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("at:T", timeUnit=step, title="from"),
                alt.Tooltip("stance:N"),
                alt.Tooltip("attributions:Q"),
            ],
        )
    )
    return chart


def _show_growing(growing: Sequence[Growth]) -> None:
    if not growing:
        st.text("None.")
        return
    chosen = st.dataframe(
        {
            "claim": [printable(each.claim.text) for each in growing],
            "now in": [each.since for each in growing],
            "before in": [each.before for each in growing],
            "origins": [interval(*each.claim.origins) for each in growing],
        },
        key="table-growing",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "claim": st.column_config.TextColumn(width=290),
            "now in": st.column_config.NumberColumn(width=70, help="Articles in this time"),
            "before in": st.column_config.NumberColumn(width=75, help="Articles before it"),
            "origins": st.column_config.TextColumn(width=66),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page("claim", id=show_id(Kind.CLAIM, growing[row].claim.claim_id))


def _show_contested(today: Today) -> None:
    if not today.contested:
        st.text("None.")
        return
    chosen = st.dataframe(
        {
            "claim": [printable(claim.text) for claim in today.contested],
            "stances": [name_stances(claim) for claim in today.contested],
            "origins": [interval(*claim.origins) for claim in today.contested],
        },
        key="table-contested",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "claim": st.column_config.TextColumn(width=285),
            "stances": st.column_config.TextColumn(width=155),
            "origins": st.column_config.TextColumn(width=66),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page("claim", id=show_id(Kind.CLAIM, today.contested[row].claim_id))


def _show_counted(found: Sequence[Counted], *, key: str, what: str, page: str, kind: Kind) -> None:
    if not found:
        st.text("None.")
        return
    is_outlet = kind is Kind.OUTLET
    table: dict[str, list[Any]] = {
        what: [printable(each.name) for each in found],
        "attributions": [each.attributions for each in found],
    }
    if not is_outlet:
        table["outlets"] = [each.outlets for each in found]
    chosen = st.dataframe(
        table,
        key=f"table-{key}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            what: st.column_config.TextColumn(width=172),
            "attributions": st.column_config.NumberColumn(width=85),
            "outlets": st.column_config.NumberColumn(width=62, help="Outlets that have them"),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page(page, id=show_id(kind, found[row].id))
