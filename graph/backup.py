"""Copies of a whole store while it is in use, and back: SQLite's online backup, PostgreSQL's own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from graph.errors import BackupFailed
from graph.store import Store

_SQLITE = b"SQLite format 3\0"
_POSTGRESQL = b"PGDMP"


def back_up(store: Store, target: Path) -> None:
    """Write the store, as it is at one moment, to `target`; others may go on writing meanwhile.

    Raises:
        BackupFailed: it could not be written; `target` is as it was.
    """
    partial = target.with_name(f"{target.name}.part")
    try:
        if store.file is not None:
            _copy_sqlite(Path(store.file), partial)
        else:
            _run_tool("pg_dump", store.url, "--format=custom", f"--file={partial}", _name(store.url))
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(str(target), f"the backup could not be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(source: Path, url: str) -> None:
    """Make the store at `url`, which must not be there yet (PostgreSQL: the database is there and empty), of a backup.

    Raises:
        BackupFailed: it is no backup, or one of the other kind, or the store is there already, or is damaged.
    """
    parsed = make_url(url)
    with source.open("rb") as file:
        head = file.read(16)
    if parsed.get_backend_name() == "sqlite":
        if not head.startswith(_SQLITE):
            raise BackupFailed(str(source), "this is no backup of a SQLite store")
        _restore_sqlite(source, Path(parsed.database or ""))
        return
    if not head.startswith(_POSTGRESQL):
        raise BackupFailed(str(source), "this is no backup of a PostgreSQL store")
    options = ("--no-owner", "--single-transaction", "--exit-on-error")
    _run_tool("pg_restore", parsed, *options, f"--dbname={_name(parsed)}", str(source))


def _restore_sqlite(source: Path, target: Path) -> None:
    if target.exists():
        raise BackupFailed(str(target), "there is a store already; move it away first")
    partial = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, partial)
        _check_sqlite(partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(str(source), f"it could not be restored: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one step: copied page by page, a busy store would make it begin anew each time somebody writes."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as ours, closing(sqlite3.connect(target)) as copy:
        ours.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")
    _check_sqlite(target)


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged: {found}")


def _name(url: URL) -> str:
    """The database for PostgreSQL's tools, without the password: it would stand in the list of processes."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _run_tool(tool: str, url: URL, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise BackupFailed(url.render_as_string(), f"{tool} is not installed; it comes with PostgreSQL's client tools")
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run([path, *arguments], env=os.environ | secret, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = " ".join(done.stderr.split())[:500] or f"{tool} ended with {done.returncode}"
        raise BackupFailed(url.render_as_string(), words)
