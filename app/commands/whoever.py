"""Who decides: the user whom the machine knows."""

from __future__ import annotations

import getpass


def whoever() -> str:
    """The name of the user at the command line."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user id without a name, as in containers
        return "somebody"
