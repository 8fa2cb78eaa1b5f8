"""The dashboard's entry: `sayso dashboard` has Streamlit run this file. It opens the store and hands over to a view.

Text from outside goes into a page only through `st.text`, the cells of a table, or `st.html` over escaped pieces
(`app.highlight`): everything else would be read as Markdown. No page loads anything from another host.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts this file's folder first on the path, where names of ours would hide others; the checkout is meant.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]

import streamlit as st  # noqa: E402

from app.views import article, claim, claims, feeds  # noqa: E402
from app.views.common import open_store, set_style, show_text  # noqa: E402
from graph.errors import GraphError  # noqa: E402


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="sayso", page_icon="🗣️", layout="wide")
    pages = [
        st.Page(claims.show, title="Claims", url_path="claims", default=True),
        st.Page(claim.show, title="Claim", url_path="claim"),
        st.Page(article.show, title="Article", url_path="article"),
        st.Page(feeds.show, title="Feeds", url_path="feeds"),
    ]
    st.session_state["pages"] = {page.url_path or "claims": page for page in pages}
    page = st.navigation(pages, position="top")
    set_style()
    try:
        open_store()
        page.run()
    except GraphError as error:
        st.error("This cannot be shown.")
        show_text(str(error))


main()
