"""Where things are when nobody says otherwise."""

from __future__ import annotations

from platformdirs import user_data_path

DB_VARIABLE = "SAYSO_DB"
NETWORKS_VARIABLE = "SAYSO_ALLOW_NETWORKS"


def default_store_url() -> str:
    """A SQLite file in the user's data folder."""
    return f"sqlite:///{user_data_path('sayso', appauthor=False) / 'sayso.db'}"
