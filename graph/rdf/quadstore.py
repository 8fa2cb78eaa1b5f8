"""The graph in an on-disk quad store (Oxigraph), kept up to date unit by unit.

A unit is an article, a claim, an entity and so on (`graph.rdf.export`). Beside the quads lies what each unit was made
from, as a digest of its rows, and what it said; only units whose rows have changed are made again. Whoever asks reads a
snapshot (hard links, no copy), so that nobody waits for an update, and no update for a question.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat
from sqlalchemy import Connection

from graph.errors import GraphError
from graph.rdf.agents import Agents, load_agents
from graph.rdf.articles import describe_articles
from graph.rdf.claims import describe_claims
from graph.rdf.export import EVERYTHING, Unit, no_progress
from graph.rdf.fingerprints import fingerprint_articles, fingerprint_claims, fingerprint_entities
from graph.rdf.terms import PROV, Names
from graph.rdf.things import describe_entities, describe_outlets, describe_pipelines, describe_publications
from graph.store import Store

LAYOUT = "2"  # a store of another layout is thrown away and made again
# Units that go in together. Into an empty store they are loaded in bulk, which pays for many at once.
BATCH, FIRST_BATCH = 100, 500

_SCHEMA = """
CREATE TABLE IF NOT EXISTS units (
    kind TEXT, id INTEGER, digest BLOB NOT NULL, quads BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (quad TEXT, claim_id INTEGER, PRIMARY KEY (quad, claim_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_of_claim ON links (claim_id);
CREATE TEMP TABLE seen (kind TEXT, id INTEGER, digest BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
"""


class QuadStoreBroken(GraphError):
    """The quad store cannot be used; deleting its folder has it made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What an update did, in units. `is_busy` where another process was at it and nothing was done."""

    made: int = 0
    removed: int = 0
    is_busy: bool = False


class _Changes(NamedTuple):
    kind: str
    dirty: list[int]
    gone: list[int]


class QuadStore:
    """The quad store in `folder`, which it makes where there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def snapshot(self) -> Path:
        """Return the folder of the newest snapshot.

        Raises:
            QuadStoreBroken: there is none.
        """
        with suppress(OSError):
            name = (self.folder / "current").read_text(encoding="utf-8").strip()
            if name and (self.folder / name).is_dir():
                return self.folder / name
        raise QuadStoreBroken(f"{self.folder}: there is no snapshot to ask; delete the folder and ask again")

    def update(self, store: Store, *, advance: Callable[[int], None] = no_progress) -> Update:
        """Bring it up to date with `store`. Interrupted, it goes on where it was when it is called again.

        Raises:
            QuadStoreBroken: its files are damaged.
            OSError: its folder cannot be written to, or its disk is full.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._discard_other_layout()
        try:
            quads = pyoxigraph.Store(self.folder / "quads")
        except OSError as error:
            if "lock" in str(error).lower():
                return Update(is_busy=True)
            raise
        with closing(sqlite3.connect(self.folder / "units.db")) as state, store.reading() as connection:
            try:
                state.executescript(_SCHEMA)
                done = _Updating(quads, state, connection).run(advance)
            except sqlite3.DatabaseError as error:
                if "full" in str(error):
                    raise OSError(str(error)) from error
                raise QuadStoreBroken(f"{self.folder}: damaged ({error}); delete it and ask again") from error
        has_snapshot = True
        try:
            self.snapshot()
        except QuadStoreBroken:
            has_snapshot = False
        if done.made or done.removed or not has_snapshot:
            self._take_snapshot(quads)
        return done

    def _take_snapshot(self, quads: pyoxigraph.Store) -> None:
        quads.flush()
        names = [each.name for each in self.folder.glob("snapshot-*")]
        number = 1 + max((int(name.rpartition("-")[2]) for name in names), default=0)
        name = f"snapshot-{number}"
        quads.backup(self.folder / name)
        partial = self.folder / f"current.{os.getpid()}.partial"
        partial.write_text(name, encoding="utf-8")
        partial.replace(self.folder / "current")
        for old in names[:-1] if len(names) > 1 else []:  # whoever asks the last one may still be reading
            shutil.rmtree(self.folder / old, ignore_errors=True)

    def _discard_other_layout(self) -> None:
        marker = self.folder / "layout"
        if marker.exists() and marker.read_text(encoding="utf-8").strip() == LAYOUT:
            return
        for each in [self.folder / "quads", self.folder / "current", *self.folder.glob("snapshot-*")]:
            shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink(missing_ok=True)
        for each in self.folder.glob("units.db*"):
            each.unlink()
        marker.write_text(LAYOUT, encoding="utf-8")


class _Updating:
    """One update: finds what has changed, takes out what it said, and puts in what it says now."""

    def __init__(self, quads: pyoxigraph.Store, state: sqlite3.Connection, connection: Connection) -> None:
        self._quads = quads
        self._state = state
        self._connection = connection
        self._names = Names()
        self._agents: Agents = load_agents(connection, self._names)
        self._is_first = len(quads) == 0

    def run(self, advance: Callable[[int], None]) -> Update:
        small = self._small_units()
        made = removed = 0
        for kind, fingerprints in (
            ("thing", ((key, _digest(quads)) for key, quads in small.items())),
            ("entity", fingerprint_entities(self._connection)),
            ("article", fingerprint_articles(self._connection, self._agents)),
            ("claim", fingerprint_claims(self._connection)),
        ):
            changes = self._find_changes(kind, fingerprints)
            for keys in _some(changes.gone, BATCH):
                self._remove(kind, keys)
                self._forget(kind, keys)
            for keys in _some(changes.dirty, FIRST_BATCH if self._is_first else BATCH):
                self._remove(kind, keys)
                units = [Unit(kind, key, small[key]) for key in keys] if kind == "thing" else self._describe(kind, keys)
                self._put(kind, units, keys)
                advance(len(keys))
            made += len(changes.dirty)
            removed += len(changes.gone)
        if self._is_first:
            self._quads.optimize()
        return Update(made=made, removed=removed)

    def _small_units(self) -> dict[int, list[Quad]]:
        """What there is little of and what is compared whole: pipelines, outlets, publications."""
        found: dict[int, list[Quad]] = {}
        for units in (
            describe_pipelines(self._connection, self._names),
            describe_outlets(self._connection, self._names, self._agents, EVERYTHING),
            describe_publications(self._connection, self._names, self._agents, EVERYTHING),
        ):
            for key, quads in units:
                found.setdefault(key, []).extend(quads)
        return found

    def _describe(self, kind: str, keys: Sequence[int]) -> Iterator[Unit]:
        match kind:
            case "entity":
                found = describe_entities(self._connection, self._names, keys)
            case "article":
                found = describe_articles(self._connection, self._names, self._agents, EVERYTHING, keys)
            case _:
                found = describe_claims(self._connection, self._names, self._agents, EVERYTHING, keys)
        for key, quads in found:
            yield Unit(kind, key, quads)

    def _find_changes(self, kind: str, fingerprints: Iterable[tuple[int, bytes]]) -> _Changes:
        self._state.executemany(
            "INSERT INTO seen VALUES (?, ?, ?)", ((kind, key, digest) for key, digest in fingerprints)
        )
        dirty = self._state.execute(
            "SELECT seen.id FROM seen LEFT JOIN units USING (kind, id)"
            " WHERE kind = ? AND units.digest IS NOT seen.digest ORDER BY seen.id",
            (kind,),
        )
        gone = self._state.execute(
            "SELECT id FROM units WHERE kind = ? AND id NOT IN (SELECT id FROM seen WHERE seen.kind = ?) ORDER BY id",
            (kind, kind),
        )
        return _Changes(kind, [row[0] for row in dirty], [row[0] for row in gone])

    def _remove(self, kind: str, keys: Sequence[int]) -> None:
        """Take out of the quads what these units said. The record stays until it is replaced, for a second try."""
        for key in keys:
            row = self._state.execute("SELECT quads FROM units WHERE kind = ? AND id = ?", (kind, key)).fetchone()
            if row is None:
                continue
            for quad in pyoxigraph.parse(zlib.decompress(row[0]), RdfFormat.N_QUADS):
                if not (kind == "claim" and self._is_said_by_another(quad, key)):
                    self._quads.remove(quad)

    def _is_said_by_another(self, quad: Quad, claim_id: int) -> bool:
        if quad.predicate != PROV["wasDerivedFrom"]:
            return False
        query = "SELECT 1 FROM links WHERE quad = ? AND claim_id <> ?"
        return self._state.execute(query, (str(quad), claim_id)).fetchone() is not None

    def _forget(self, kind: str, keys: Sequence[int]) -> None:
        self._state.executemany("DELETE FROM units WHERE kind = ? AND id = ?", [(kind, key) for key in keys])
        if kind == "claim":
            self._state.executemany("DELETE FROM links WHERE claim_id = ?", [(key,) for key in keys])
        self._state.commit()

    def _put(self, kind: str, units: Iterable[Unit], keys: Sequence[int]) -> None:
        """Quads first: a stop in between leaves units that count as changed, and are made again."""
        made = {each.id: each for each in units}
        found = [made.get(key, Unit(kind, key, [])) for key in keys]  # of some, nothing is said
        records = [(kind, each.id, _pack(each.quads)) for each in found]
        # Recorded before the quads go in, under a digest that no rows have: whatever happens, they can be taken out.
        self._state.executemany("REPLACE INTO units VALUES (?, ?, x'', ?)", records)
        if kind == "claim":
            self._state.executemany("DELETE FROM links WHERE claim_id = ?", [(key,) for key in keys])
            links = [(str(quad), each.id) for each in found for quad in each.quads if _is_link(quad)]
            self._state.executemany("REPLACE INTO links VALUES (?, ?)", links)
        self._state.commit()
        every = (quad for each in found for quad in each.quads)
        if self._is_first:
            self._quads.bulk_extend(every)
        else:
            self._quads.extend(every)
        self._quads.flush()
        self._state.executemany(
            "UPDATE units SET digest = (SELECT digest FROM seen WHERE seen.kind = units.kind AND seen.id = units.id)"
            " WHERE kind = ? AND id = ?",
            [(kind, each.id) for each in found],
        )
        self._state.commit()


def _is_link(quad: Quad) -> bool:
    """A claim says this one of a hop; another claim of the same two articles may say the same."""
    is_flat = quad.predicate == PROV["wasDerivedFrom"]
    return is_flat and not isinstance(quad.graph_name, NamedNode)


def _digest(quads: Sequence[Quad]) -> bytes:
    return blake2b("\n".join(map(str, quads)).encode(), digest_size=12).digest()


def _pack(quads: Sequence[Quad]) -> bytes:
    return zlib.compress(pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b"", 1)


def _some(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
