"""What an empty store shows: how to start, by clicks or by commands."""

from __future__ import annotations

import streamlit as st

from app.views.common import link_to, open_store
from app.views.user import is_editor
from app.views.working import ItemsLeft, StreamlitReporter, show_outcome


def show_start() -> None:
    st.subheader("Nothing has been taken in yet")
    st.text("Begin with one of these:")
    columns = st.columns(3)
    with columns[0], st.container(border=True, height="stretch"):
        st.markdown("**See how it works**")
        st.text("Paste a text and see who says what in it. Nothing is kept.")
        link_to("try", "Try it on a text")
    with columns[1], st.container(border=True, height="stretch"):
        st.markdown("**Follow feeds, or take in a page**")
        st.text("Add the feed of an outlet, a list of feeds, or the address of an article.")
        link_to("feeds", "To the feeds")
    with columns[2], st.container(border=True, height="stretch"):
        st.markdown("**Look around in a sample**")
        _offer_sample()
    st.text("Or from a command line, then reload this page:")
    st.code(
        "sayso feeds import data/feeds.opml   # follow some outlets\n"
        "sayso ingest                         # poll what is due, fetch, read\n"
        "sayso ingest FILE_OR_URL             # or take in one article",
        language="bash",
    )


def _offer_sample() -> None:
    from app.taking_in import has_sample, load_sample  # what it needs is slow to import, and seldom needed

    if not has_sample():
        st.text("The sample outlets come with a checkout of sayso: make demo.")
        return
    st.text("17 articles of 11 invented outlets about a leak, its denials, and who copied whom.")
    if st.button("Load the sample", disabled=not is_editor()):
        with StreamlitReporter("Loading the sample") as reporter:
            tally = load_sample(open_store(), reporter)
        show_outcome(tally, ItemsLeft.ARE_MEANT)
