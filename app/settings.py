"""Where things are when nobody says otherwise."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path

DB_VARIABLE = "SAYSO_DB"
NETWORKS_VARIABLE = "SAYSO_ALLOW_NETWORKS"
EDITORS_VARIABLE = "SAYSO_EDITORS"  # the e-mail addresses of those who may correct, once people log in
OPEN_VARIABLE = "SAYSO_DASHBOARD_OPEN"  # set by `sayso dashboard` where other machines can reach it


def default_store_url() -> str:
    """A SQLite file in the user's data folder."""
    return f"sqlite:///{user_data_path('sayso', appauthor=False) / 'sayso.db'}"


def sparql_folder(store_url: str) -> Path:
    """Where the graph of a store is kept for SPARQL: beside a SQLite file, else in the user's cache folder."""
    if store_url.startswith("sqlite:///"):
        return Path(urlsplit(store_url).path[1:] + ".sparql")
    name = sha256(store_url.encode()).hexdigest()[:16]
    return user_cache_path("sayso", appauthor=False) / "sparql" / name


def index_path(store_url: str, beside: Path | None) -> Path:
    """Where the index of claims is kept: beside a SQLite file, else in the user's cache folder."""
    if beside is not None:
        return beside
    name = sha256(store_url.encode()).hexdigest()[:16]
    return user_cache_path("sayso", appauthor=False, ensure_exists=True) / f"{name}.claims.index"
