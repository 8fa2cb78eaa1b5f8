"""Outlets: who cites whom, how much is own, relayed or an agency's, and what kinds of sources each uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from app.context import printable
from app.highlight import escape
from app.network_chart import to_echarts
from app.views.address import ask_one
from app.views.common import link_to, open_page, open_store, show_figures, show_title
from app.views.start import show_start
from graph.ids import Kind, show_id
from graph.outlet_figures import Citation, OutletFigures, list_citations, list_outlets
from graph.today import find_latest_time

_STRETCHES = {"7": "7 days", "30": "30 days", "365": "a year"}
_DRAWN = 60  # citations; more cannot be told apart
_DEFINITIONS = """An article counts once, by its latest reading.

- **wire**: made from an agency's text, or mostly from another's, by its credit line, dateline, links and words.
- **relayed**: not wire, and at least half of what it attributes is attributed to other publications.
- **own**: all else. It says how the article speaks, not that nobody else had it first.

*Who cites whom* counts attributions to a publication ("the Herald reported"), and articles made from another's text."""


def show() -> None:
    st.title("Outlets")
    store = open_store()
    latest = find_latest_time(store)
    if latest is None:
        show_start()
        return
    days = ask_one("days", "In the last", [*_STRETCHES], show=_STRETCHES.__getitem__)
    until = min(datetime.now(UTC), latest) + timedelta(minutes=1)
    since = until - timedelta(days=int(days))
    figures = list_outlets(store, since=since, until=until)
    citations = list_citations(store, since=since, until=until)
    asked = next((each for each in figures if show_id(Kind.OUTLET, each.outlet_id) == st.query_params.get("id")), None)
    if asked is not None:
        _show_one(asked, citations)
    else:
        _show_all(figures, citations)


def _show_all(figures: Sequence[OutletFigures], citations: Sequence[Citation]) -> None:
    with st.popover("What these figures mean"):
        st.markdown(_DEFINITIONS)
    st.text("Choose an outlet to see whom it relays and who relays it.")
    chosen = st.dataframe(
        {
            "outlet": [printable(each.name) for each in figures],
            "articles": [each.articles for each in figures],
            "own": [100 * each.own / each.articles for each in figures],
            "relayed": [100 * each.relayed / each.articles for each in figures],
            "wire": [100 * each.wire / each.articles for each in figures],
            "attributions": [each.attributions for each in figures],
            "sources": [_name_types(each) for each in figures],
        },
        key="table-outlets",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(figures) + 1) + 2, 520),
        column_config={
            "outlet": st.column_config.TextColumn(width=240),
            "articles": st.column_config.NumberColumn(format="localized"),
            "attributions": st.column_config.NumberColumn(format="localized"),
            "own": st.column_config.NumberColumn(format="%.0f%%", width=75),
            "relayed": st.column_config.NumberColumn(format="%.0f%%", width=80),
            "wire": st.column_config.NumberColumn(format="%.0f%%", width=75),
            "sources": st.column_config.TextColumn(width=420, help="The kinds of sources, the most used first"),
        },
    )
    for row in chosen["selection"]["rows"]:
        open_page("outlets", id=show_id(Kind.OUTLET, figures[row].outlet_id))
    st.subheader("Who cites whom")
    if not citations:
        st.text("No outlet cites another in this time.")
        return
    held = {each.name for each in figures}
    st.html(
        '<div class="sayso-legend"><span class="key">■ outlet whose articles are held</span>'
        '<span class="key">▲ named only</span><span class="key">an arrow leads from who cites to who is cited; '
        "the thicker, the more often</span></div>"
    )
    st.echarts_chart(
        to_echarts(citations[:_DRAWN], held=held, is_dark=st.context.theme.type == "dark"),
        height=620,
        key="citations",
        alt="Which outlets cite which; the table below says the same",
    )
    if len(citations) > _DRAWN:
        st.text(f"The {_DRAWN} most frequent of {len(citations)} are drawn; all are in the table.")
    _show_citations(citations)


def _show_citations(citations: Sequence[Citation]) -> None:
    st.dataframe(
        {
            "who cites": [printable(each.citing) for each in citations],
            "who is cited": [printable(each.cited) for each in citations],
            "times": [each.times for each in citations],
        },
        hide_index=True,
        height=min(35 * (len(citations) + 1) + 2, 420),
        column_config={
            "who cites": st.column_config.TextColumn(width=320),
            "who is cited": st.column_config.TextColumn(width=320),
        },
    )


def _show_one(outlet: OutletFigures, citations: Sequence[Citation]) -> None:
    link_to("outlets", "All outlets")
    show_title(outlet.name)
    share = {name: f"{getattr(outlet, name) / outlet.articles:.0%}" for name in ("own", "relayed", "wire")}
    show_figures(
        ("Articles", outlet.articles, "Articles of this time that were read"),
        ("Own", share["own"], "Neither wire nor relayed"),
        ("Relayed", share["relayed"], "At least half of what it attributes is attributed to other publications"),
        ("Wire", share["wire"], "Made from an agency's text, or mostly from another's"),
    )
    link_to("claims", "Claims in its articles", outlet=outlet.name)
    left, middle, right = st.columns(3)
    with left:
        st.subheader("It relays")
        _list([(each.cited, each.times) for each in citations if each.citing == outlet.name])
    with middle:
        st.subheader("Relayed by")
        _list([(each.citing, each.times) for each in citations if each.cited == outlet.name])
    with right:
        st.subheader("Its sources are")
        _list([(str(kind).replace("_", " "), number) for kind, number in outlet.source_types])


def _list(rows: Sequence[tuple[str, int]]) -> None:
    if not rows:
        st.text("None in this time.")
        return
    items = "".join(f"<li>{escape(name)} ({times:,})</li>" for name, times in rows[:30])
    st.html(f'<ul class="sayso-list">{items}</ul>')


def _name_types(outlet: OutletFigures) -> str:
    return ", ".join(
        f"{str(kind).replace('_', ' ')} {number / outlet.attributions:.0%}" for kind, number in outlet.source_types[:3]
    )
