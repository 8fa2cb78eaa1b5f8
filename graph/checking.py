"""What must always be true of a store, looked at row by row: `sayso check`.

Each check yields what is wrong as a `Fault`; none changes anything. A store that sayso alone has written to has none:
a fault is a damaged disk, a foreign hand, or a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from graph.ids import Kind, show_id, stable_id
from graph.schema import (
    article_versions,
    articles,
    attribution_spans,
    attributions,
    claims,
    derivations,
    entities,
    mentions,
)
from graph.store import Store

_READ_AGAIN = "read the article again"
_RESTORE = "restore the last backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: with what, what is wrong with it, and what mends it."""

    item: str
    what: str
    mend: str


def find_faults(store: Store) -> Iterator[Fault]:
    """Yield all faults, of the database itself first. Reads the whole store once, in flat memory."""
    with store.reading() as connection:
        if store.dialect == "sqlite":
            yield from _check_file(connection)
        yield from _check_texts(connection)
        yield from _check_spans(connection)
        yield from _check_parents(connection)
        yield from _check_canonical(connection)
        yield from _check_derivations(connection)


def _check_file(connection: Connection) -> Iterator[Fault]:
    for (words,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if words != "ok":
            yield Fault(item="the file", what=str(words), mend=_RESTORE)
    for table, row, target, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield Fault(item=f"{table} row {row}", what=f"belongs to a row of {target} that is not there", mend=_RESTORE)


def _check_texts(connection: Connection) -> Iterator[Fault]:
    query = select(article_versions, articles.c.url).join(articles, articles.c.id == article_versions.c.article_id)
    for row in connection.execution_options(yield_per=100).execute(query):
        right = row.sha256 == sha256(row.text.encode()).hexdigest()
        if not right or row.id != stable_id("version", row.article_id, row.title, row.text):
            yield Fault(item=row.url, what="its text or title is not what was stored", mend=_RESTORE)


def _check_spans(connection: Connection) -> Iterator[Fault]:
    length = func.length(article_versions.c.text)
    of_version = attributions.c.version_id == article_versions.c.id
    spans = (
        select(attributions.c.id)
        .join(attribution_spans, attribution_spans.c.attribution_id == attributions.c.id)
        .join(article_versions, of_version)
        .where(attribution_spans.c.end > length)
    )
    sentences = select(attributions.c.id).join(article_versions, of_version).where(attributions.c.sentence_end > length)
    for query in (spans.distinct(), sentences):
        for (key,) in connection.execute(query):
            yield Fault(item=show_id(Kind.ATTRIBUTION, key), what="it points outside its text", mend=_READ_AGAIN)
    names = (
        select(mentions.c.entity_id)
        .join(article_versions, article_versions.c.id == mentions.c.version_id)
        .where(mentions.c.end > length)
    )
    for (key,) in connection.execute(names.distinct()):
        yield Fault(item=show_id(Kind.ENTITY, key), what="a mention points outside its text", mend=_READ_AGAIN)


def _check_parents(connection: Connection) -> Iterator[Fault]:
    parent = attributions.alias("parent")
    strays = (
        select(attributions.c.id)
        .join(parent, parent.c.id == attributions.c.parent_id)
        .where(parent.c.version_id != attributions.c.version_id)
    )
    for (key,) in connection.execute(strays):
        yield Fault(item=show_id(Kind.ATTRIBUTION, key), what="it stands in another article's", mend=_READ_AGAIN)
    nested = select(attributions.c.id, attributions.c.parent_id).where(attributions.c.parent_id.is_not(None))
    for key in _find_circles(dict(_pairs(connection, nested))):
        yield Fault(item=show_id(Kind.ATTRIBUTION, key), what="it stands in itself", mend=_READ_AGAIN)


def _check_canonical(connection: Connection) -> Iterator[Fault]:
    for table, kind in ((entities, Kind.ENTITY), (claims, Kind.CLAIM)):
        other = table.alias("other")
        query = (
            select(table.c.id).join(other, other.c.id == table.c.canonical_id).where(other.c.canonical_id != other.c.id)
        )
        for (key,) in connection.execute(query):
            yield Fault(item=show_id(kind, key), what="it stands for one that itself stands for another", mend=_RESTORE)


def _check_derivations(connection: Connection) -> Iterator[Fault]:
    query = (
        select(articles.c.url)
        .join(article_versions, article_versions.c.article_id == articles.c.id)
        .join(derivations, derivations.c.version_id == article_versions.c.id)
        .where(derivations.c.from_version_id == derivations.c.version_id)
    )
    for (url,) in connection.execute(query):
        yield Fault(item=url, what="it is derived from itself", mend=_READ_AGAIN)


def _pairs(connection: Connection, query: Select[Any]) -> Iterator[tuple[int, int]]:
    yield from map(tuple, connection.execution_options(yield_per=1000).execute(query))


def _find_circles(parents: dict[int, int]) -> Iterator[int]:
    """The keys that lead back to themselves, the least of each circle."""
    done: set[int] = set()
    for key in parents:
        path: list[int] = []
        at: int | None = key
        while at is not None and at not in done:
            done.add(at)
            path.append(at)
            at = parents.get(at)
        if at is not None and at in path:
            yield min(path[path.index(at) :])
