"""What the pages share: the store, the way from one to another, and how texts, times and numbers are written."""

from __future__ import annotations

import html
import os
from datetime import datetime
from typing import Any, NoReturn

import streamlit as st

from app.context import printable
from app.highlight import STYLE, escape
from app.settings import DB_VARIABLE, default_store_url
from graph.store import Store

# Streamlit leaves a hand's breadth above a page and between its parts; a list that is read all day cannot afford it.
_PAGE_STYLE = """<style>
.stMainBlockContainer {padding-top: 3.75rem; padding-bottom: 3rem; max-width: 84rem}
.stMainBlockContainer > .stVerticalBlock {gap: .8rem}
.stMainBlockContainer h1 {font-size: 1.8rem; padding: .4rem 0}
.stMainBlockContainer h3 {font-size: 1.2rem; padding: .7rem 0 .1rem}
.stMetric [data-testid="stMetricValue"] {font-size: 1.7rem}
.sayso-title {font-size: 1.55rem; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; margin: .3rem 0 0;
  padding: 0; max-width: 60rem}
.sayso-link {color: inherit; overflow-wrap: anywhere}
.stPageLink a p {text-decoration: underline; text-underline-offset: 2px}
</style>"""


@st.cache_resource(show_spinner=False)
def _open(url: str) -> Store:
    return Store.open(url, is_mapped=True)


def open_store() -> Store:
    """The store that `sayso dashboard` was started on."""
    return _open(os.environ.get(DB_VARIABLE) or default_store_url())


def set_style() -> None:
    """Once a page, before anything is shown."""
    st.html(_PAGE_STYLE + STYLE)


def page_of(name: str) -> Any:
    """The page with this address, for links."""
    return st.session_state["pages"][name]


def open_page(name: str, **parameters: str) -> NoReturn:
    """Open another page; its address, with the parameters, can be kept and sent to others.

    Streamlit writes the new parameters on this page's address before it leaves, and Back comes to that address: it has
    to hold what this page was asked for too.
    """
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    st.switch_page(page_of(name), query_params={**asked, **parameters})


def link_to(name: str, label: str, **parameters: str) -> None:
    """A link to another page. `label` is ours, never text from outside: Streamlit reads it as Markdown."""
    st.page_link(page_of(name), label=label, query_params=parameters)


def plain(text: str, most: int = 200) -> str:
    """Text from outside for the label of a link or choice, which Streamlit reads as Markdown: nothing in it counts.

    Addresses are broken up, for Streamlit makes links of them whatever is before them.
    """
    short = " ".join(printable(text).split())
    short = short if len(short) <= most else short[: most - 2] + " …"
    escaped = "".join(f"\\{c}" if c in _MARKDOWN else c for c in short)
    return escaped.replace("/", "/\u2060").replace("@", "@\u2060").replace("www", "ww\u2060w")


# Whatever means something in Markdown, or in Streamlit's additions to it.
_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~:$^&=\"'")


def show_text(text: str) -> None:
    """Text that may be from outside, as it is: inert, and what would turn the direction of writing made visible."""
    st.text(printable(text))


def show_title(text: str) -> None:
    """A heading from outside. `st.title` would read it as Markdown."""
    st.html(f'<h2 class="sayso-title">{escape(text)}</h2>')


def show_address(url: str) -> None:
    """A link that leaves the dashboard, if it is one that a browser may be sent to; else the bare text of it."""
    if not url.lower().startswith(("http://", "https://")):
        show_text(url)
        return
    target = html.escape(url, quote=True)
    st.html(
        f'<a class="sayso-link" href="{target}" target="_blank" rel="noopener noreferrer nofollow">{escape(url)}</a>'
    )


def show_figures(*figures: tuple[str, str | int, str]) -> None:
    """Numbers side by side: label, value, and what it means, shown on hover. All three are ours."""
    for column, (label, value, meaning) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, f"{value:,}" if isinstance(value, int) else value, help=meaning)


def show_time(at: datetime | None) -> str:
    return "unknown" if at is None else f"{at:%d %b %Y, %H:%M} UTC"
