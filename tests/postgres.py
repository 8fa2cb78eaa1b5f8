"""A real PostgreSQL server for the tests, in a temporary folder, gone at the end.

It listens on loopback over TCP only, trusts everybody and does not sync to disk. PostgreSQL refuses to run as
root, so under root it runs as the user `postgres`, as distributions set it up. `tests/system.sh` installs it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

USER = "sayso"
START_ATTEMPTS = 3  # a free port can be taken between finding and using it
START_TIMEOUT_SECONDS = 60
COMMAND_TIMEOUT_SECONDS = 120
# Where distributions and Homebrew keep the server's programs, which they leave off the path; from the root.
DISTRIBUTION_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)


class MissingPostgresError(RuntimeError):
    """The server programs are not there, or they would not start. The message says what to do."""


class PostgresServer:
    """A running server: makes databases in it, and goes away and returns when told."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._cluster = folder / "cluster"
        _run(programs / "initdb", f"--pgdata={self._cluster}", f"--username={USER}", "--auth=trust",
             "--encoding=UTF8", "--no-sync", folder=folder)  # fmt: skip
        self.port = self._start_somewhere()
        self._numbers = count(1)

    def stop(self) -> None:
        """End it at once, as if it had been killed."""
        _run(self._programs / "pg_ctl", "stop", f"--pgdata={self._cluster}", "--mode=immediate", folder=self._folder)

    def start(self) -> None:
        """Start it again at the same port."""
        self._start_at(self.port)

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = f"sayso_test_{next(self._numbers)}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, also while a test that failed still holds a connection to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def _start_somewhere(self) -> int:
        for _ in range(START_ATTEMPTS):
            port = _find_free_port()
            try:
                self._start_at(port)
            except MissingPostgresError:
                continue
            return port
        log = self._folder / "log"
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "it wrote no log"
        raise MissingPostgresError(f"PostgreSQL did not start: {said}")

    def _start_at(self, port: int) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        _run(self._programs / "pg_ctl", "start", f"--pgdata={self._cluster}", f"--log={self._folder / 'log'}", "--wait",
             f"--timeout={START_TIMEOUT_SECONDS}", f"--options={options}", folder=self._folder)  # fmt: skip


@contextmanager
def run_postgres() -> Iterator[PostgresServer]:
    """Start a server in a fresh temporary folder and stop it at the end.

    Raises: MissingPostgresError.
    """
    programs = find_programs()
    # Not pytest's own temporary folder: under root no other user may enter that one.
    folder = Path(tempfile.mkdtemp(prefix="sayso-postgres-"))
    try:
        if _is_root():
            shutil.chown(folder, "postgres", "postgres")
        server = PostgresServer(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """Find the folder with `initdb` and `pg_ctl`: on the path, else the newest that a distribution installed.

    Raises: MissingPostgresError.
    """
    on_path = shutil.which("pg_ctl")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for pattern in DISTRIBUTION_FOLDERS:
        candidates += sorted(Path("/").glob(pattern), key=_version, reverse=True)
    for candidate in candidates:
        if (candidate / "initdb").is_file() and (candidate / "pg_ctl").is_file():
            return candidate
    raise MissingPostgresError("PostgreSQL's server programs (pg_ctl, initdb) were not found: run tests/system.sh")


def _version(folder: Path) -> int:
    digits = "".join(character for character in folder.parent.name if character.isdigit())
    return int(digits or 0)


def _run(program: Path, *arguments: str, folder: Path) -> None:
    command = [str(program), *arguments]
    if _is_root():
        runuser = shutil.which("runuser")
        if runuser is None:
            raise MissingPostgresError("PostgreSQL cannot run as root and `runuser` is not there: run as a user")
        command = [runuser, "-u", "postgres", "--", *command]
    # Not a pipe: the server would inherit it, and reading to its end would wait for the server's.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
        output.seek(0)
        said = output.read().decode(errors="replace")
    if done.returncode != 0:
        raise MissingPostgresError(f"{program.name} failed with {done.returncode}: {said}")


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_root() -> bool:
    return os.geteuid() == 0
