"""Opening a store: the schema, and each way in which it can be unusable."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from graph import schema
from graph.errors import (
    StoreBroken,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from graph.migrations import migrate
from graph.store import Store, map_database_error
from tests.graph.conftest import NOW


def test_the_migrations_make_the_tables_that_the_code_names(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        assert compare_metadata(context, schema.metadata) == []


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Leave out what only one of the databases has: the full-text indexes and Alembic's own table."""
    name = name or ""
    return not (name.endswith("search") or "_fts" in name or (kind == "table" and name == "alembic_version"))


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(migrate.config()).get_current_head() == schema.HEAD


def test_opening_twice_changes_nothing(database_url: str) -> None:
    for _ in range(2):
        with Store.open(database_url) as store, store.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM articles")).scalar() == 0


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as connection:
        connection.execute(insert(schema.outlets), [{"id": 1, "name": "Herald"}, {"id": 2, "name": "Herald"}])
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM outlets")).scalar() == 0


def test_foreign_keys_are_held(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as connection:
        connection.execute(insert(schema.articles).values(id=1, url="x", outlet_id=5, first_seen_at=NOW))


def test_a_version_never_changes(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.articles).values(id=1, url="x", outlet_id=None, first_seen_at=NOW))
        row = {"id": 2, "article_id": 1, "sha256": "0", "title": "t", "text": "a", "published_from": "none"}
        row |= {"first_seen_at": NOW, "links": [], "flags": []}
        connection.execute(insert(schema.article_versions).values(**row))
    with pytest.raises(StoreError, match="never changes"), store.writing() as connection:
        connection.execute(schema.article_versions.update().values(text="b"))


def test_times_come_back_as_they_went_in(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.articles).values(id=1, url="x", outlet_id=None, first_seen_at=NOW))
    with store.reading() as connection:
        assert connection.execute(schema.articles.select()).one().first_seen_at == NOW


def test_a_store_of_a_newer_schema_is_left_alone(database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="newer sayso"):
        Store.open(database_url)


def test_a_missing_store_is_not_made_by_a_command_that_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(StoreMissing, match="sayso ingest"):
        Store.open(f"sqlite:///{path}", create=False)
    assert not path.exists()


def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(f"sqlite:///{path}").close()
    with Store.open(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        with store.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM claims")).scalar() == 0
        with pytest.raises(StoreReadOnly, match="read-only"), store.writing() as connection:
            connection.execute(insert(schema.outlets).values(id=1, name="Herald"))


def test_a_locked_store_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store.open(f"sqlite:///{path}", busy_timeout_seconds=0.1) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="another process"), store.writing():
            pass
        other.execute("ROLLBACK")
        other.close()
        with store.writing() as connection:
            connection.execute(insert(schema.outlets).values(id=1, name="Herald"))


def test_a_writer_waits_for_another_to_end(store: Store) -> None:
    entered, written = threading.Event(), []

    def write(number: int) -> None:
        with store.writing() as connection:
            entered.set()
            connection.execute(insert(schema.outlets).values(id=number, name=f"Outlet {number}"))
        written.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [1, 2, 3, 4]


def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is not a database, it only looks like a file" * 100)
    with pytest.raises(StoreBroken, match="no sayso store"):
        Store.open(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://a@b/c", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret@127.0.0.1:1/x"]
)
def test_an_address_that_cannot_be_used_gives_a_clear_error_without_the_password(url: str) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("words", "expected"), [("database or disk is full", "StoreFull"), ("odd", "StoreError")])
def test_driver_errors_are_told_apart(words: str, expected: str) -> None:
    error = DBAPIError("SELECT 1", None, sqlite3.OperationalError(words))
    assert type(map_database_error(error, "x")).__name__ == expected
