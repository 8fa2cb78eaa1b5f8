"""The dashboard: `main` is run for each page that is shown. It opens the store and hands over to a view.

Text from outside goes into a page only through `st.text`, the cells of a table, the values of a chart, or `st.html`
over escaped pieces (`app.highlight`): everything else would be read as Markdown. No page loads anything from another
host.
"""

from __future__ import annotations

import streamlit as st

from app.views import (
    article,
    claim,
    claims,
    corrections,
    feeds,
    outlets,
    people,
    person,
    today,
    try_it,
)
from app.views.common import open_store, set_style, show_text
from app.views.correcting import show_last_decision
from app.views.user import ask_to_log_in
from graph.errors import GraphError


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="sayso", page_icon="🗣️", layout="wide")
    pages = [
        st.Page(today.show, title="Today", url_path="today", default=True),
        st.Page(claims.show, title="Claims", url_path="claims"),
        st.Page(people.show, title="People", url_path="people"),
        st.Page(outlets.show, title="Outlets", url_path="outlets"),
        st.Page(feeds.show, title="Feeds", url_path="feeds"),
        st.Page(corrections.show, title="Corrections", url_path="corrections"),
        st.Page(try_it.show, title="Try it", url_path="try"),
        st.Page(claim.show, title="Claim", url_path="claim", visibility="hidden"),
        st.Page(person.show, title="Person", url_path="person", visibility="hidden"),
        st.Page(article.show, title="Article", url_path="article", visibility="hidden"),
    ]
    st.session_state["pages"] = {page.url_path or "today": page for page in pages}
    page = st.navigation(pages, position="top")
    set_style()
    if not ask_to_log_in():
        return
    try:
        open_store()
        show_last_decision()
        page.run()
    except GraphError as error:
        st.error("This cannot be shown.")
        show_text(str(error))
