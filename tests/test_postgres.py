"""The PostgreSQL that the tests run on: that it is real, and that no test sees another's tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy

from tests import postgres
from tests.postgres import MissingPostgresError, PostgresServer, find_programs


def fill(url: str) -> tuple[str, list[str]]:
    """Return the backend's name and the tables found, then leave a table behind."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
        connection.execute(sqlalchemy.text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()
    return engine.dialect.name, tables


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database_of_each_backend(
    database_url: str, turn: int, request: pytest.FixtureRequest
) -> None:
    assert fill(database_url) == (request.node.callspec.params["database_url"], [])


def test_database_goes_away_even_while_somebody_is_connected(postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database()
    engine = sqlalchemy.create_engine(postgres_server.url(name))
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
        postgres_server.drop_database(name)
        with pytest.raises(sqlalchemy.exc.OperationalError):
            connection.execute(sqlalchemy.text("SELECT 1"))
    engine.dispose()


def test_server_listens_on_loopback_only(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        listens = connection.execute(sqlalchemy.text("SHOW listen_addresses")).scalar_one()
        sockets = connection.execute(sqlalchemy.text("SHOW unix_socket_directories")).scalar_one()
    engine.dispose()
    assert (listens, sockets) == ("127.0.0.1", "")


def test_missing_server_programs_are_told_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "DISTRIBUTION_FOLDERS", ())
    with pytest.raises(MissingPostgresError, match=r"run tests/system\.sh"):
        find_programs()


def test_server_programs_off_the_path_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("9", "15", "17"):
        folder = tmp_path / "postgresql" / version / "bin"
        folder.mkdir(parents=True)
        for program in ("pg_ctl", "initdb"):
            (folder / program).touch()
    (tmp_path / "postgresql" / "17" / "bin" / "initdb").unlink()  # a client, without the server
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "DISTRIBUTION_FOLDERS", (f"{tmp_path}/postgresql/*/bin".lstrip("/"),))
    assert find_programs() == tmp_path / "postgresql" / "15" / "bin"
