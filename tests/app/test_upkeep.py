"""Backups under load, restored whole; and a check that finds what was broken by hand."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from graph.backup import back_up, restore
from graph.checking import find_faults
from graph.errors import BackupFailed
from graph.store import Store
from tests.app.world import dump, sayso
from tests.graph.world import Page, Said, add_page
from tests.postgres import PostgresServer


def fill(url: str, pages: int) -> None:
    with Store.open(url) as store:
        for number in range(pages):
            add_page(
                store,
                Page(
                    url=f"https://a.example/{number}",
                    outlet="Herald",
                    text=f"Ada Brandt said it leaked {number} times.",
                    said=(Said(source="Ada Brandt", cue="said", content=f"it leaked {number} times"),),
                ),
            )


def test_a_sqlite_store_comes_back_as_it_was_also_when_others_write_meanwhile(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 5)
    writer = threading.Thread(target=fill, args=(url, 60))
    writer.start()
    with Store.open(url) as store:
        for number in range(5):
            back_up(store, tmp_path / f"{number}.backup")
    writer.join()
    assert sayso(url, "backup", str(tmp_path / "last.backup")).code == 0
    for name in ("0", "4", "last"):
        target = f"sqlite:///{tmp_path / name}.db"
        assert sayso(target, "restore", str(tmp_path / f"{name}.backup")).code == 0
        with Store.open(target) as restored:
            assert list(find_faults(restored)) == []
    assert dump(f"sqlite:///{tmp_path / 'last'}.db") == dump(url)
    assert list(tmp_path.glob("*.part")) == []


def test_a_postgresql_store_comes_back_as_it_was(postgres_server: PostgresServer, tmp_path: Path) -> None:
    if shutil.which("pg_dump") is None:
        pytest.fail("pg_dump is missing; tests/system.sh installs it")
    names = [postgres_server.create_database() for _ in range(2)]
    one, other = (postgres_server.url(name) for name in names)
    fill(one, 5)
    assert sayso(one, "backup", str(tmp_path / "pg.backup")).code == 0
    assert sayso(other, "restore", str(tmp_path / "pg.backup")).code == 0
    assert dump(other) == dump(one)
    assert sayso(other, "check").code == 0
    again = sayso(other, "restore", str(tmp_path / "pg.backup"))
    assert (again.code, "already exists" in again.err) == (1, True)
    assert sayso(f"sqlite:///{tmp_path / 'x.db'}", "restore", str(tmp_path / "pg.backup")).code == 1
    for name in names:
        postgres_server.drop_database(name)


def test_a_store_is_not_written_over_and_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 1)
    with Store.open(url) as store:
        back_up(store, tmp_path / "a.backup")
    with pytest.raises(BackupFailed, match="already"):
        restore(tmp_path / "a.backup", url)
    (tmp_path / "b.backup").write_text("no backup")
    with pytest.raises(BackupFailed, match="no backup"):
        restore(tmp_path / "b.backup", f"sqlite:///{tmp_path / 'b.db'}")
    damaged = bytearray((tmp_path / "a.backup").read_bytes())
    damaged[5000:9000] = b"\xff" * 4000
    (tmp_path / "c.backup").write_bytes(damaged)
    with pytest.raises(BackupFailed, match="restored"):
        restore(tmp_path / "c.backup", f"sqlite:///{tmp_path / 'c.db'}")
    assert not (tmp_path / "c.db").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE attribution_spans SET \"end\" = 99999 WHERE role = 'content'", "outside its text"),
        ("UPDATE attributions SET sentence_end = 99999", "outside its text"),
        ("UPDATE attributions SET parent_id = id", "stands in itself"),
        (
            "INSERT INTO entities VALUES (1, 'PERSON', 'Ada', 1);"
            "INSERT INTO mentions SELECT id, 0, 99999, 1 FROM article_versions",
            "outside its text",
        ),
        ("UPDATE article_versions SET sha256 = 'x'", "not what was stored"),
        ("DELETE FROM articles", "not there"),
    ],
)
def test_what_was_broken_by_hand_is_found(tmp_path: Path, damage: str, words: str) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 2)
    assert sayso(url, "check").out == "all is as it should be\n"
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.executescript(damage)
        connection.commit()
    found = sayso(url, "check")
    assert (found.code, words in found.err) == (3, True), found.err
