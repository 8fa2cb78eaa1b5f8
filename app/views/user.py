"""Who uses the dashboard, and what they may do: read, or correct and feed it as well.

Whoever is at this machine is an editor, as with the command line. Once it listens on other addresses, people log in
(OIDC, `st.login`), and those whom `SAYSO_EDITORS` names are editors; without a login there, everybody only reads.
"""

from __future__ import annotations

import getpass
import os

import streamlit as st

from app.settings import EDITORS_VARIABLE, OPEN_VARIABLE


def has_login() -> bool:
    """Whether a login is set up: `[auth]` in Streamlit's secrets."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def ask_to_log_in() -> bool:
    """Show the login where one is set up and nobody is logged in. Return whether the page may be shown."""
    if not has_login():
        return True
    if st.user.is_logged_in:
        with st.popover(":material/person:", help="Who you are"):
            st.text(f"{name_user()}\n{'editor' if is_editor() else 'reader'}")
            st.button("Log out", on_click=st.logout)
        return True
    st.title("sayso")
    st.text("Please log in to read.")
    st.button("Log in", type="primary", on_click=st.login)
    return False


def name_user() -> str:
    """By what name decisions are kept: the address of who is logged in, else the user of this machine."""
    if has_login():
        return str(st.user.get("email") or st.user.get("sub") or "unknown")
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "dashboard"


def is_editor() -> bool:
    """Whether the user may correct and feed the store."""
    if not has_login():
        return OPEN_VARIABLE not in os.environ
    is_verified = st.user.get("email_verified", True) is not False
    email = str(st.user.get("email") or "").casefold()
    return bool(email) and is_verified and email in _editors()


def _editors() -> set[str]:
    return {word.casefold() for word in os.environ.get(EDITORS_VARIABLE, "").replace(",", " ").split()}
