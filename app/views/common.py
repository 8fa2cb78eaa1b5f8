"""What the pages share: the store, the way from one to another, and how times and numbers are written."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any, NoReturn

import streamlit as st

from app.settings import DB_VARIABLE, default_store_url
from graph.store import Store


@st.cache_resource(show_spinner=False)
def _open(url: str) -> Store:
    return Store.open(url)


def open_store() -> Store:
    """The store that `sayso dashboard` was started on."""
    return _open(os.environ.get(DB_VARIABLE) or default_store_url())


def page_of(name: str) -> Any:
    """The page with this address, for links."""
    return st.session_state["pages"][name]


def go_to(name: str, **parameters: str) -> NoReturn:
    """Open another page; its address, with the parameters, can be kept and sent to others."""
    st.switch_page(page_of(name), query_params=parameters)


def link_to(name: str, label: str, **parameters: str) -> None:
    """A link to another page. `label` is ours, never text from outside: Streamlit reads it as Markdown."""
    st.page_link(page_of(name), label=label, query_params=parameters)


def show_time(at: datetime | None) -> str:
    return "unknown" if at is None else f"{at:%d %b %Y, %H:%M} UTC"


def show_start() -> None:
    """What to do with an empty store."""
    st.subheader("Nothing has been taken in yet")
    st.text("Begin with one of these, then reload this page:")
    st.code(
        "sayso feeds import data/feeds.opml   # follow some outlets\n"
        "sayso ingest                         # poll what is due, fetch, read\n"
        "sayso ingest FILE_OR_URL             # or take in one article",
        language="bash",
    )
