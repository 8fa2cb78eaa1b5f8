"""Feeds and health: how each feed is doing, what waits, what failed; adding, pausing, removing, taking in a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from app.context import count, printable
from app.show import ago, feed_condition, feed_remarks
from app.views.common import open_store, plain, show_figures, show_text, show_time
from app.views.user import is_editor
from app.views.working import ItemsLeft, StreamlitReporter, show_outcome
from graph.browsing import Status, load_status
from graph.failures import Failure, list_failures
from graph.following import add_feeds, list_feeds, pause_feed, remove_feed
from graph.polls import list_polls
from ingest.errors import IngestError
from ingest.feed import FeedHealth, FeedState
from ingest.opml import read_opml, write_opml
from ingest.polling import new_feed

if TYPE_CHECKING:
    from app.taking_in import Added

_POLLS_SHOWN = 10


def show() -> None:
    now = datetime.now(UTC)
    store = open_store()
    st.title("Feeds")
    _show_status(load_status(store), now)
    states = list_feeds(store)
    if is_editor():
        add, page, lists = st.tabs(["Add a feed", "Take in a page", "Feed lists (OPML)"])
        with add:
            _offer_adding()
        with page:
            _offer_page()
        with lists:
            _offer_lists(states)
    if states:
        _show_feeds(states, now)
    else:
        st.text("No feed is followed yet.")
    _show_failures(now)


def _show_status(status: Status, now: datetime) -> None:
    show_figures(
        ("Feeds", status.counts["feeds"], "Feeds that are followed"),
        ("In error", status.feeds_in_error, "Feeds whose last poll failed"),
        ("Next poll", ago(status.next_due_at, now), "When the next feed is due; sayso run or sayso ingest polls it"),
        ("Articles", f"{status.counts['articles']:,}", "Articles that are held"),
        ("Pages to fetch", status.pending_entries, "Entries of feeds whose page is still to be fetched"),
        ("Texts to read", status.unread_versions, "Texts that are held and not read yet"),
    )


def _offer_adding() -> None:
    with st.form("add-feed", border=False):
        url = st.text_input("Address of a feed, or of a site", placeholder="https://", max_chars=2000)
        outlet = st.text_input("Outlet, if the feed does not say", max_chars=200)
        is_asked = st.form_submit_button("Add")
    offers = st.session_state.get("feed-offers", ())
    if is_asked and url.strip():
        try:
            added = _add(url.strip(), outlet.strip() or None)
        except IngestError as error:
            show_text(str(error))
            return
        st.session_state["feed-offers"] = offers = added.offers
        show_text(added.words)
    for number, offer in enumerate(offers):
        if st.button(f"Follow {plain(offer.title or offer.url)}", key=f"offer-{number}"):
            show_text(_add(offer.url, None).words)


def _add(url: str, outlet: str | None) -> Added:
    from app.taking_in import add_feed

    with st.spinner("Looking at it ..."):
        return add_feed(open_store(), url, outlet)


def _offer_page() -> None:
    with st.form("take-in", border=False):
        url = st.text_input("Address of an article", placeholder="https://", max_chars=2000)
        is_asked = st.form_submit_button("Ingest this URL now")
    if is_asked and url.strip():
        from app.taking_in import take_in_urls  # what it needs is slow to import, and seldom needed

        with StreamlitReporter("Taking it in") as reporter:
            tally = take_in_urls(open_store(), [url.strip()], reporter)
        show_outcome(tally)
    if st.button("Poll all feeds that are due now"):
        from app.taking_in import poll_due

        with StreamlitReporter("Polling") as reporter:
            tally = poll_due(open_store(), reporter)
        show_outcome(tally, ItemsLeft.ARE_FAILURES)


def _offer_lists(states: Sequence[FeedState]) -> None:
    st.download_button(
        "All feeds as OPML",
        data=lambda: write_opml(states),
        file_name="sayso-feeds.opml",
        mime="text/x-opml",
        on_click="ignore",
        disabled=not states,
    )
    given = st.file_uploader("Follow all feeds of an OPML file", type=["opml", "xml"], max_upload_size=5)
    if given is None or not st.button("Follow them"):
        return
    try:
        listed = read_opml(given.getvalue(), name=given.name)
    except IngestError as error:
        show_text(str(error))
        return
    added = add_feeds(open_store(), [new_feed(each.url, each.outlet, now=datetime.now(UTC)) for each in listed.feeds])
    left_out = f"; {count(listed.skipped, 'row')} left out" if listed.skipped else ""
    show_text(f"{count(added, 'feed')} added, {len(listed.feeds) - added} were followed already{left_out}.")


def _show_feeds(states: Sequence[FeedState], now: datetime) -> None:
    st.subheader("How they are")
    chosen = st.dataframe(
        {
            "outlet": [printable(state.outlet or state.title or state.url) for state in states],
            "how it is": [printable(feed_condition(state)) for state in states],
            "last success": [ago(state.last_success_at, now) for state in states],
            "last new": [ago(state.last_new_at, now) for state in states],
            "next poll": [_next_poll(state, now) for state in states],
            "to know": [printable("; ".join(feed_remarks(state, now=now))) for state in states],
            "feed": [printable(state.url) for state in states],
        },
        hide_index=True,
        key="table-feeds",
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(states) + 1) + 2, 520),
        column_config={
            "outlet": st.column_config.TextColumn(width=190),
            "how it is": st.column_config.TextColumn(width=330),
            "last success": st.column_config.TextColumn(width=100),
            "last new": st.column_config.TextColumn(width=90),
            "next poll": st.column_config.TextColumn(width=90),
            "feed": st.column_config.TextColumn(width=300),
        },
    )
    rows = chosen["selection"]["rows"]
    if not rows:
        st.caption("Choose a feed to see its last polls, and to pause or remove it.")
    for row in rows:
        _show_feed(states[row], now)


def _show_feed(state: FeedState, now: datetime) -> None:
    with st.container(border=True):
        show_text(f"{state.outlet or state.title or 'No name'}: {feed_condition(state)}")
        show_text(state.url)
        show_text(f"Why the next poll is then: {state.due_reason}")
        polls = list_polls(open_store(), state.url)[:_POLLS_SHOWN]
        st.dataframe(
            {
                "poll": [show_time(poll.at) for poll in polls],
                "answer": [poll.status for poll in polls],
                "outcome": [printable(poll.outcome) for poll in polls],
            },
            hide_index=True,
            column_config={"outcome": st.column_config.TextColumn(width="large")},
        )
        if is_editor():
            _offer_changes(state, now)


def _offer_changes(state: FeedState, now: datetime) -> None:
    is_paused = state.health == FeedHealth.PAUSED
    with st.container(horizontal=True):
        if st.button("Take it up again" if is_paused else "Pause it"):
            pause_feed(open_store(), state.url, is_paused=not is_paused, now=now)
            st.rerun()
        with st.popover("Remove it"):
            st.text("It is followed no more. The articles that came through it stay.")
            if st.button("Yes, remove it", type="primary"):
                remove_feed(open_store(), state.url)
                st.rerun()


def _show_failures(now: datetime) -> None:
    failures = list_failures(open_store())
    if not failures:
        return
    st.subheader("What failed")
    chosen = st.dataframe(
        {
            "at": [failure.stage for failure in failures],
            "what": [printable(failure.message) for failure in failures],
            "times": [failure.attempts for failure in failures],
            "last": [ago(failure.last_at, now) for failure in failures],
            "again": [_again(failure, now) for failure in failures],
        },
        key="table-failures",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "at": st.column_config.TextColumn(width=70),
            "what": st.column_config.TextColumn(width=700),
            "times": st.column_config.NumberColumn(width=60),
        },
    )
    if is_editor():
        _offer_retry(failures, [failures[row] for row in chosen["selection"]["rows"]])


def _offer_retry(failures: Sequence[Failure], chosen: Sequence[Failure]) -> None:
    if st.button(f"Try {'what is chosen' if chosen else 'all of these'} again now"):
        from app.taking_in import retry

        with StreamlitReporter("Trying again") as reporter:
            tally = retry(open_store(), chosen or failures, reporter)
        show_outcome(tally)


def _next_poll(state: FeedState, now: datetime) -> str:
    if state.health != FeedHealth.ACTIVE:
        return "none"
    return "due now" if state.next_due_at <= now else ago(state.next_due_at, now)


def _again(failure: Failure, now: datetime) -> str:
    if failure.next_try_at is None:
        return "not by itself"
    return "at the next run" if failure.next_try_at <= now else ago(failure.next_try_at, now)
