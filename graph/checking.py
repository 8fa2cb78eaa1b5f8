"""What must always be true of a store, looked at row by row: `sayso check`.

Each check yields what is wrong as a `Fault`; none changes anything. A store that sayso alone has written to has none:
a fault is a damaged disk, a foreign hand, or a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Connection, Select, func, or_, select, text

from graph.ids import Kind, show_id, stable_id
from graph.schema import (
    annotations_table,
    article_versions,
    articles,
    attribution_spans,
    attributions,
    claim_members,
    claims,
    derivations,
    entities,
    mentions,
    metadata,
    rejected_attributions,
)
from graph.store import Store

_RESTORE = "restore the last backup (sayso restore)"


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
        yield from _check_references(connection)
        yield from _check_texts(connection)
        yield from _check_spans(connection)
        yield from _check_orphans(connection)
        yield from _check_parents(connection)
        yield from _check_canonical(connection)
        yield from _check_derivations(connection)


def _check_file(connection: Connection) -> Iterator[Fault]:
    for (words,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if words != "ok":
            yield Fault(item="the file", what=str(words), mend=_RESTORE)


def _check_references(connection: Connection) -> Iterator[Fault]:
    """Both databases hold to them by themselves, unless somebody has told them not to."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.alias("target")
            query = (
                select(func.count())
                .select_from(table.outerjoin(target, target.c[key.column.name] == key.parent))
                .where(key.parent.is_not(None), target.c[key.column.name].is_(None))
            )
            if (number := connection.execute(query).scalar_one()) > 0:
                rows = f"{number:,} {'row' if number == 1 else 'rows'}"
                what = f"{rows} without the row of {key.column.table.name} that {key.parent.name} names"
                yield Fault(item=table.name, what=what, mend=_RESTORE)


def _check_texts(connection: Connection) -> Iterator[Fault]:
    query = select(article_versions, articles.c.url).join(articles, articles.c.id == article_versions.c.article_id)
    for row in connection.execution_options(yield_per=100).execute(query):
        right = row.sha256 == sha256(row.text.encode()).hexdigest()
        if not right or row.id != stable_id("version", row.article_id, row.title, row.text):
            yield Fault(item=row.url, what="its text or title is not what was stored", mend=_RESTORE)


def _check_spans(connection: Connection) -> Iterator[Fault]:
    length = func.length(article_versions.c.text)
    spans = _of_attributions().join(attribution_spans, attribution_spans.c.attribution_id == attributions.c.id)
    for query in (
        spans.where(attribution_spans.c.end > length),
        _of_attributions().where(attributions.c.sentence_end > length),
    ):
        yield from _faults(connection, query, Kind.ATTRIBUTION, "it points outside its text")
    named = (
        select(mentions.c.entity_id.label("id"), articles.c.url)
        .join(article_versions, article_versions.c.id == mentions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .where(mentions.c.end > length)
    )
    yield from _faults(connection, named, Kind.ENTITY, "a mention points outside its text")


def _check_orphans(connection: Connection) -> Iterator[Fault]:
    """What nothing that was read holds up."""
    unread = _of_attributions().where(_has_none(annotations_table.c.version_id, attributions.c.version_id))
    yield from _faults(connection, unread, Kind.ATTRIBUTION, "its text was never read")
    empty = _of_attributions().where(
        ~select(1)
        .where(attribution_spans.c.attribution_id == attributions.c.id, attribution_spans.c.role == "content")
        .exists()
    )
    yield from _faults(connection, empty, Kind.ATTRIBUTION, "it has no content")
    for (url,) in connection.execute(
        select(articles.c.url).where(_has_none(article_versions.c.article_id, articles.c.id))
    ):
        yield Fault(item=url, what="it has no text", mend=f"take it in again: sayso ingest {url}")
    unsaid = select(claims.c.id).where(
        _has_none(claim_members.c.claim_id, claims.c.id),
        _has_none(rejected_attributions.c.claim_id, claims.c.id),  # a person has put aside who said it
    )
    for (key,) in connection.execute(unsaid):
        yield Fault(item=show_id(Kind.CLAIM, key), what="nobody says it", mend=_RESTORE)


def _check_parents(connection: Connection) -> Iterator[Fault]:
    parent = attributions.alias("parent")
    nested = _of_attributions().join(parent, parent.c.id == attributions.c.parent_id)
    strays = nested.where(parent.c.version_id != attributions.c.version_id)
    yield from _faults(connection, strays, Kind.ATTRIBUTION, "it stands in one of another text")
    ours, theirs = _contents("ours"), _contents("theirs")
    outside = (
        nested.join(ours, ours.c.attribution_id == attributions.c.id)
        .join(theirs, theirs.c.attribution_id == parent.c.id)
        .where(or_(ours.c.start < theirs.c.start, ours.c.end > theirs.c.end))
    )
    yield from _faults(connection, outside, Kind.ATTRIBUTION, "it stands outside the one that encloses it")
    pairs = select(attributions.c.id, attributions.c.parent_id).where(attributions.c.parent_id.is_not(None))
    circles = list(_find_circles(dict(_pairs(connection, pairs))))
    for start in range(0, len(circles), 500):
        chosen = _of_attributions().where(attributions.c.id.in_(circles[start : start + 500]))
        yield from _faults(connection, chosen, Kind.ATTRIBUTION, "it stands in itself")


def _check_canonical(connection: Connection) -> Iterator[Fault]:
    for table, kind in ((entities, Kind.ENTITY), (claims, Kind.CLAIM)):
        other = table.alias("other")
        query = (
            select(table.c.id).join(other, other.c.id == table.c.canonical_id).where(other.c.canonical_id != other.c.id)
        )
        for (key,) in connection.execute(query):
            yield Fault(item=show_id(kind, key), what="it stands for one that itself stands for another", mend=_RESTORE)


def _check_derivations(connection: Connection) -> Iterator[Fault]:
    """A text made from itself, over however many steps."""
    made_from = select(derivations.c.version_id, derivations.c.from_version_id)
    pairs = dict(_pairs(connection, made_from.where(derivations.c.from_version_id.is_not(None))))
    for key in _find_circles(pairs):
        query = select(articles.c.url).join(article_versions).where(article_versions.c.id == key)
        url = connection.execute(query).scalar_one()
        yield Fault(item=url, what="it is derived from itself", mend=_read_again(url))


def _of_attributions() -> Select[Any]:
    """The ids of attributions with the articles that they are in."""
    return (
        select(attributions.c.id, articles.c.url)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
    )


def _contents(name: str) -> Any:
    """From where to where the contents of attributions reach."""
    spans = attribution_spans.c
    return (
        select(spans.attribution_id, func.min(spans.start).label("start"), func.max(spans.end).label("end"))
        .where(spans.role == "content")
        .group_by(spans.attribution_id)
        .subquery(name)
    )


def _has_none(column: Column[int], of: Column[int]) -> Any:
    return ~select(1).where(column == of).exists()


def _faults(connection: Connection, query: Select[Any], kind: Kind, what: str) -> Iterator[Fault]:
    for key, url in connection.execution_options(yield_per=1000).execute(query.distinct()):
        yield Fault(item=f"{show_id(kind, key)} in {url}", what=what, mend=_read_again(url))


def _read_again(url: str) -> str:
    return f"read it again: sayso reread --article {url}"


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
