"""Backups under load, restored whole; a check that finds what was broken by hand; reading again, and letting go."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from graph import schema
from graph.alone import alone
from graph.annotating import save_annotation
from graph.backup import back_up, restore
from graph.browsing import list_claims
from graph.checking import find_faults
from graph.decisions import merge_claims
from graph.errors import BackupFailed
from graph.figures import count_changes
from graph.ids import Kind, show_id
from graph.store import Store
from nlp.annotation import Annotation
from tests.app.world import dump, sayso
from tests.graph.world import NOW, Page, Said, add_page
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
    names = [postgres_server.create_database() for _ in range(3)]
    one, other, loaded = (postgres_server.url(name) for name in names)
    fill(one, 5)
    writer = threading.Thread(target=fill, args=(one, 60))
    writer.start()
    assert sayso(one, "backup", str(tmp_path / "loaded.backup")).code == 0
    writer.join()
    assert sayso(loaded, "restore", str(tmp_path / "loaded.backup")).code == 0
    assert sayso(loaded, "check").code == 0
    assert len(dump(loaded)["articles"]) >= 5
    assert sayso(one, "backup", str(tmp_path / "pg.backup")).code == 0
    assert sayso(other, "restore", str(tmp_path / "pg.backup")).code == 0
    assert dump(other) == dump(one)
    again = sayso(other, "restore", str(tmp_path / "pg.backup"))
    assert (again.code, "already exists" in again.err) == (1, True)
    assert sayso(f"sqlite:///{tmp_path / 'x.db'}", "restore", str(tmp_path / "pg.backup")).code == 1
    for name in names:
        postgres_server.drop_database(name)


def test_a_store_moves_to_postgresql_by_one_command_and_only_into_an_empty_database(
    postgres_url: str, tmp_path: Path
) -> None:
    laptop = f"sqlite:///{tmp_path / 'a.db'}"
    fill(laptop, 5)
    done = sayso(laptop, "copy", postgres_url, "--quiet")
    assert (done.code, "rows are in postgresql" in done.out) == (0, True)
    assert dump(postgres_url) == dump(laptop)
    again = sayso(laptop, "copy", postgres_url)
    assert (again.code, "name an empty database" in again.err) == (1, True)
    missing = sayso(f"sqlite:///{tmp_path / 'none.db'}", "copy", f"sqlite:///{tmp_path / 'b.db'}")
    assert missing.code == 1
    assert not (tmp_path / "b.db").exists()


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
            "INSERT INTO entities (id, type, name, canonical_id) VALUES (1, 'PERSON', 'Ada', 1);"
            "INSERT INTO mentions SELECT id, 0, 99999, 1 FROM article_versions",
            "outside its text",
        ),
        ("UPDATE article_versions SET sha256 = 'x'", "not what was stored"),
        ("DELETE FROM articles", "without the row of articles"),
        ("DELETE FROM annotations", "was never read"),
        ("DELETE FROM attribution_spans WHERE role = 'content'", "has no content"),
        ("DELETE FROM claim_members", "nobody says it"),
        ("INSERT INTO articles VALUES (1, 'https://a.example/none', NULL, '2026-03-05')", "it has no text"),
        (
            "UPDATE claims SET canonical_id = (SELECT max(id) FROM claims); UPDATE claims SET canonical_id = "
            "(SELECT min(id) FROM claims) WHERE id = (SELECT max(id) FROM claims)",
            "itself stands for another",
        ),
        ("UPDATE attributions SET parent_id = (SELECT min(id) FROM attributions)", "one of another text"),
        (
            "INSERT INTO derivations SELECT id, id, id, NULL, 'relay', 1.0, 'x' FROM article_versions",
            "derived from itself",
        ),
        (
            "INSERT INTO derivations SELECT a.id, a.id, b.id, NULL, 'relay', 1.0, 'x'"
            " FROM article_versions a JOIN article_versions b ON a.id <> b.id",
            "derived from itself",
        ),
    ],
)
def test_what_was_broken_by_hand_is_found(tmp_path: Path, damage: str, words: str) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 2)
    with Store.open(url) as store:
        assert list(find_faults(store)) == []
    break_by_hand(tmp_path / "a.db", damage)
    with Store.open(url) as store:
        found = list(find_faults(store))
    assert any(words in fault.what for fault in found), found
    mends = ("sayso restore", "sayso reread --article https://a.example/", "sayso ingest https://a.example/")
    assert all(any(mend in fault.mend for mend in mends) for fault in found)


def test_a_check_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 2)
    assert sayso(url, "check").out == "all is as it should be\n"
    break_by_hand(tmp_path / "a.db", "UPDATE attributions SET sentence_end = 99999")
    found = sayso(url, "check")
    assert found.code == 3
    assert "points outside its text; read it again: sayso reread --article https://a.example/0" in found.err
    assert "2 faults found" in found.err


def break_by_hand(path: Path, damage: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.executescript(damage)
        connection.commit()


def test_an_attribution_outside_the_one_that_encloses_it_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with Store.open(url) as store:
        add_page(
            store,
            Page(
                url="https://a.example/1",
                outlet="Herald",
                text="Ada Brandt said that Ben Okafor knew that it leaked, and Cy Ott left.",
                said=(
                    Said(source="Ada Brandt", cue="said", content="Ben Okafor knew that it leaked"),
                    Said(source="Ben Okafor", cue="knew", content="it leaked", inside=0),
                ),
            ),
        )
        assert list(find_faults(store)) == []
        with store.writing() as connection:
            at = store_text(store).index("Cy Ott left")
            spans = schema.attribution_spans
            words = (
                spans.c.attribution_id
                == select(schema.attributions.c.id)
                .where(schema.attributions.c.parent_id.is_not(None))
                .scalar_subquery()
            )
            connection.execute(
                update(spans).where(words, spans.c.role == "content").values({"start": at, "end": at + 11})
            )
        assert {fault.what for fault in find_faults(store)} == {"it stands outside the one that encloses it"}


def store_text(store: Store) -> str:
    with store.reading() as connection:
        return str(connection.execute(select(schema.article_versions.c.text)).scalar_one())


LINES = (
    "Inspector Ada Brandt said the Orsk plant leaked solvent into the Velde river.",
    "Mayor Ben Okafor said the wells of Velde were shut on Monday.",
    "Kestrel Power denied that the plant leaked anything at all.",
)


def test_what_an_earlier_reader_has_read_is_read_again_and_decisions_stay(tmp_path: Path) -> None:
    path, url = tmp_path / "news.jsonl", f"sqlite:///{tmp_path / 'a.db'}"
    rows = [
        {"url": f"https://a.example/{n}", "outlet": "A", "published": f"2026-03-0{n}", "title": "t", "text": text}
        for n, text in enumerate(LINES, start=1)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert sayso(url, "ingest", "--quiet", str(path)).code == 0
    with Store.open(url) as store:
        first, second, *_ = list_claims(store, limit=10)
        merge_claims(
            store, *(show_id(Kind.CLAIM, each.claim_id) for each in (first, second)), who="ada", why="", now=NOW
        )
    fresh = dump(url)
    assert "0 texts read again" in sayso(url, "reread", "--quiet").out
    with Store.open(url) as store:  # as an earlier reader left it, which saw less
        for version_id in version_ids(store):
            save_annotation(store, version_id, Annotation(language="en"), pipeline_version="earlier", now=NOW)
    assert dump(url)["claims"] == []
    since = sayso(url, "reread", "--quiet", "--since", "2026-03-03")
    assert "1 text read again" in since.out, since.err
    assert "2 texts read again" in sayso(url, "reread", "--quiet").out  # what is done is not done again
    again = dump(url)
    again["pipelines"] = fresh["pipelines"]  # the earlier one stays on record
    assert again == fresh
    assert "1 text read again" in sayso(url, "reread", "--quiet", "--article", "https://a.example/2").out
    assert sayso(url, "reread", "--article", "https://a.example/none").code == 2


def version_ids(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(select(schema.article_versions.c.id)).scalars())


def test_what_is_old_is_let_go_by_a_command_that_asks_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    fill(url, 40)
    size = (tmp_path / "a.db").stat().st_size
    assert sayso(url, "prune", "--before", "2020-01-01", "--yes").code == 0
    before = dump(url)
    asked = sayso(url, "prune", "--before", "2027-01-01", stdin="n\n")
    assert (asked.code, "for good?" in asked.err) == (1, True)
    assert sayso(url, "prune", "--before", "2027-01-01", "--dry-run").code == 0
    assert dump(url) == before
    with Store.open(url) as store, alone(store):
        assert "another `sayso run`" in sayso(url, "prune", "--before", "2027-01-01", "--yes").err
    done = sayso(url, "prune", "--before", "2027-01-01", "--yes", "--shrink", "--quiet")
    assert (done.code, done.out) == (0, "40 articles let go\n"), done.err
    assert dump(url)["articles"] == []
    assert sayso(url, "check").code == 0
    with Store.open(url) as store:
        assert count_changes(store) == 0
    assert (tmp_path / "a.db").stat().st_size < size
