"""Run the migrations on an open connection, inside the caller's transaction."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


class UnknownRevision(Exception):
    """The database is at a revision that this code has no script for."""


def config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("graph") / "migrations").replace("%", "%%"))
    return config


def to_head(connection: Connection) -> None:
    """Bring the schema to the newest revision.

    Raises:
        UnknownRevision: a newer sayso wrote this database.
    """
    settings = config()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, "head")
    except CommandError as error:
        if "Can't locate revision" in str(error):
            raise UnknownRevision(str(error)) from error
        raise
