"""The store as a file: Turtle, TriG, N-Quads and JSON-LD, streamed from one consistent view of it.

However large the store, only some articles or claims are in memory at once. The order is that of ids, which come from
content, so the same store gives the same bytes. The writing itself is pyoxigraph's.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, NamedTuple

import pyoxigraph
from pyoxigraph import DefaultGraph, Quad, RdfFormat
from sqlalchemy import Connection

from graph.rdf.agents import load_agents
from graph.rdf.articles import describe_articles
from graph.rdf.claims import describe_claims
from graph.rdf.selection import Selection, article_batches, claim_batches, count_articles, count_claims, entity_batches
from graph.rdf.terms import DEFAULT_BASE, PREFIXES, Names
from graph.rdf.things import describe_entities, describe_outlets, describe_pipelines, describe_publications
from graph.store import Store


class Format(StrEnum):
    TURTLE = "ttl"
    TRIG = "trig"
    NQUADS = "nq"
    JSONLD = "jsonld"


_WRITERS = {
    Format.TURTLE: RdfFormat.TURTLE,
    Format.TRIG: RdfFormat.TRIG,
    Format.NQUADS: RdfFormat.N_QUADS,
    Format.JSONLD: RdfFormat.JSON_LD,
}


class Unit(NamedTuple):
    """What is written, and replaced, as one: no other unit says anything of the same subjects, but for the
    derivations of a claim, which add to those of attributions."""

    kind: str
    id: int
    quads: list[Quad]


EVERYTHING = Selection()


def no_progress(_units: int) -> None:
    """Tells nobody."""


def export_rdf(
    store: Store,
    out: Path | IO[bytes],
    rdf_format: Format,
    *,
    base: str = DEFAULT_BASE,
    selection: Selection = EVERYTHING,
    advance: Callable[[int], None] = no_progress,
) -> int:
    """Write what is chosen of the store to `out`, a path whole or not at all, and return the number of statements.

    `advance` is told of articles and claims that are done. Turtle has no graphs: nothing that is alleged is in it.

    Raises:
        BadBase: IRIs cannot begin with `base`.
        OSError: it cannot be written; nothing is left of a file, and one that was there before stays.
    """
    names = Names(base)
    with whole_file(out) as file, store.reading() as connection:
        quads = _Counted(flatten(units(connection, names, selection), advance))
        if rdf_format is Format.TURTLE:
            kept = (quad.triple for quad in quads.only_default_graph())
            pyoxigraph.serialize(kept, file, RdfFormat.TURTLE, prefixes=PREFIXES)
        else:
            pyoxigraph.serialize(quads, file, _WRITERS[rdf_format], prefixes=PREFIXES)
        return quads.count


def export_claim(store: Store, claim_id: int, *, rdf_format: Format = Format.JSONLD, base: str = DEFAULT_BASE) -> bytes:
    """Return one claim, by its canonical id, with all that is held on it: what its page offers."""
    out = io.BytesIO()
    export_rdf(store, out, rdf_format, base=base, selection=Selection(claim_ids=(claim_id,)))
    return out.getvalue()


def count_export(store: Store, selection: Selection = EVERYTHING, *, with_claims: bool = True) -> int:
    """Return how many articles, and claims, `advance` will be told of."""
    with store.reading() as connection:
        found = count_articles(connection, selection)
        return found + count_claims(connection, selection) if with_claims else found


def units(connection: Connection, names: Names, selection: Selection = EVERYTHING) -> Iterator[Unit]:
    """Yield all that is chosen, in the order of an export."""
    agents = load_agents(connection, names)
    for key, quads in describe_pipelines(connection, names):
        yield Unit("pipeline", key, quads)
    for key, quads in describe_outlets(connection, names, agents, selection):
        yield Unit("outlet", key, quads)
    for key, quads in describe_publications(connection, names, agents, selection):
        yield Unit("publication", key, quads)
    for ids in entity_batches(connection, selection):
        for key, quads in describe_entities(connection, names, ids):
            yield Unit("entity", key, quads)
    for ids in article_batches(connection, selection):
        for key, quads in describe_articles(connection, names, agents, selection, ids):
            yield Unit("article", key, quads)
    for ids in claim_batches(connection, selection):
        for key, quads in describe_claims(connection, names, agents, selection, ids):
            yield Unit("claim", key, quads)


def flatten(found: Iterable[Unit], advance: Callable[[int], None]) -> Iterator[Quad]:
    for unit in found:
        yield from unit.quads
        if unit.kind in ("article", "claim"):
            advance(1)


class _Counted:
    """Counts what goes through it."""

    def __init__(self, quads: Iterator[Quad]) -> None:
        self._quads = quads
        self.count = 0

    def __iter__(self) -> Iterator[Quad]:
        for quad in self._quads:
            self.count += 1
            yield quad

    def only_default_graph(self) -> Iterator[Quad]:
        default = DefaultGraph()
        for quad in self._quads:
            if quad.graph_name == default:
                self.count += 1
                yield quad


@contextmanager
def whole_file(out: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """Write beside a path and move into place at the end, so that no half file is ever seen there."""
    if not isinstance(out, Path):
        yield out
        out.flush()
        return
    partial_path = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with partial_path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial_path.replace(out)
    finally:
        partial_path.unlink(missing_ok=True)
