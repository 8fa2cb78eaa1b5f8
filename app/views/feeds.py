"""Feeds: how each is doing, what waits to be done, and what failed."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app.context import printable
from app.show import ago, feed_condition, feed_remarks
from app.views.common import open_store, show_figures, show_start
from graph.browsing import load_status
from graph.failures import Failure, list_failures
from graph.following import list_feeds
from ingest.feed import FeedState


def show() -> None:
    now = datetime.now(UTC)
    store = open_store()
    status = load_status(store)
    st.title("Feeds")
    show_figures(
        ("Feeds", status.counts["feeds"], "Feeds that are followed"),
        ("In error", status.feeds_in_error, "Feeds whose last poll failed"),
        ("Articles", status.counts["articles"], "Articles that are held"),
        ("Claims", status.counts["claims"], "Claims found in them"),
        ("Pages to fetch", status.pending_entries, "Entries of feeds whose page is still to be fetched"),
        ("Texts to read", status.unread_versions, "Texts that are held and not read yet"),
    )
    states = list_feeds(store)
    if not states:
        show_start()
    else:
        st.dataframe(
            {
                "outlet": [printable(state.outlet or state.title or "") for state in states],
                "how it is": [printable(feed_condition(state)) for state in states],
                "last success": [ago(state.last_success_at, now) for state in states],
                "last new": [ago(state.last_new_at, now) for state in states],
                "next poll": [_next_poll(state, now) for state in states],
                "why then": [state.due_reason for state in states],
                "gaps": [state.gaps for state in states],
                "to know": [printable("; ".join(feed_remarks(state, now=now))) for state in states],
                "feed": [printable(state.url) for state in states],
            },
            hide_index=True,
            column_config={
                "how it is": st.column_config.TextColumn(width="large"),
                "gaps": st.column_config.NumberColumn(
                    help="Polls at which all that it showed was new: items may be lost"
                ),
            },
        )
    _show_failures(now)


def _show_failures(now: datetime) -> None:
    failures = list_failures(open_store())
    if not failures:
        return
    st.subheader("What failed")
    st.dataframe(
        {
            "at": [failure.stage for failure in failures],
            "what": [printable(failure.message) for failure in failures],
            "times": [failure.attempts for failure in failures],
            "last": [ago(failure.last_at, now) for failure in failures],
            "again": [_again(failure, now) for failure in failures],
        },
        hide_index=True,
        column_config={"what": st.column_config.TextColumn(width="large")},
    )


def _next_poll(state: FeedState, now: datetime) -> str:
    if state.health != "active":
        return "none"
    return "due now" if state.next_due_at <= now else ago(state.next_due_at, now)


def _again(failure: Failure, now: datetime) -> str:
    if failure.next_try_at is None:
        return "not by itself"
    return "at the next run" if failure.next_try_at <= now else ago(failure.next_try_at, now)
