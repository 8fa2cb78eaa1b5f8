"""Choices that live in the page's address, so that a link, Back and Forward bring them again.

Streamlit's own `bind="query-params"` forgets them, in 1.67, when one comes back to a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time

import streamlit as st

from app.context import printable

MOST_CHARACTERS = 500


def ask_text(name: str, label: str, *, placeholder: str = "", help: str | None = None) -> str:
    """A box of text; what is typed stands in the address under `name`."""
    key = f"ask-{name}"
    st.session_state[key] = printable(st.query_params.get(name, ""))[:MOST_CHARACTERS]
    return st.text_input(
        label,
        key=key,
        on_change=_keep_one,
        args=(name, key),
        placeholder=placeholder,
        max_chars=MOST_CHARACTERS,
        help=help,
    ).strip()


def ask_one(name: str, label: str, options: Sequence[str], *, show: Callable[[str], str] = str) -> str:
    """One of `options` as buttons, the first where the address does not say."""
    key = f"ask-{name}"
    asked = st.query_params.get(name, "")
    st.session_state[key] = asked if asked in options else options[0]
    chosen = st.segmented_control(
        label, options, key=key, format_func=show, required=True, on_change=_keep_one, args=(name, key)
    )
    return chosen or options[0]


def ask_several(name: str, label: str, options: Sequence[str], *, show: Callable[[str], str] = str) -> tuple[str, ...]:
    """Any of `options`."""
    key = f"ask-{name}"
    st.session_state[key] = [option for option in st.query_params.get_all(name) if option in options]
    return tuple(
        st.multiselect(
            label, options, key=key, format_func=show, placeholder="any", on_change=_keep_several, args=(name, key)
        )
    )


def ask_number(name: str, label: str, *, most: int = 99, help: str | None = None) -> int:
    key = f"ask-{name}"
    asked = st.query_params.get(name, "0")
    st.session_state[key] = min(int(asked), most) if asked.isascii() and asked.isdecimal() else 0
    return int(
        st.number_input(
            label, min_value=0, max_value=most, step=1, key=key, help=help, on_change=_keep_one, args=(name, key)
        )
    )


def ask_whether(name: str, label: str, *, help: str | None = None) -> bool:
    key = f"ask-{name}"
    st.session_state[key] = st.query_params.get(name) == "1"
    return st.toggle(label, key=key, help=help, on_change=_keep_whether, args=(name, key))


def ask_day(name: str, label: str) -> datetime | None:
    """A day, as the midnight at which it begins (UTC)."""
    key = f"ask-{name}"
    st.session_state[key] = _read_day(st.query_params.get(name, ""))
    day = st.date_input(label, key=key, format="YYYY-MM-DD", on_change=_keep_one, args=(name, key))
    return datetime.combine(day, time(), UTC) if isinstance(day, date) else None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _keep_one(name: str, key: str) -> None:
    value = st.session_state[key]
    if value:
        st.query_params[name] = str(value)
    else:
        st.query_params.pop(name, None)


def _keep_several(name: str, key: str) -> None:
    if st.session_state[key]:
        st.query_params[name] = list(st.session_state[key])
    else:
        st.query_params.pop(name, None)


def _keep_whether(name: str, key: str) -> None:
    if st.session_state[key]:
        st.query_params[name] = "1"
    else:
        st.query_params.pop(name, None)
