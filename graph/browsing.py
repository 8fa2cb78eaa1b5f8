"""What people look up: lists of claims, an entity and what it said, an article with its spans, and how things stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from graph.errors import NotFound
from graph.evidence import AttributionEvidence, load_attributions
from graph.figures import load_summaries
from graph.frequent import Side, find_latest_of, load_groups
from graph.ids import Kind, parse_id, show_id
from graph.rows import in_chunks
from graph.schema import (
    aliases,
    annotations_table,
    article_versions,
    articles,
    attributions,
    claim_members,
    claims,
    entities,
    failures,
    feed_entries,
    feeds,
    mentions,
    outlets,
)
from graph.search import find_claims, find_entities
from graph.store import Store
from graph.trace import ClaimSummary, Trace, load_trace
from nlp.annotation import EntityType, Span

# A surname may be hundreds of people's.
MOST_ENTITIES = 50

_TABLES: dict[Kind, Table] = {
    Kind.CLAIM: claims,
    Kind.ENTITY: entities,
    Kind.ARTICLE: articles,
    Kind.ATTRIBUTION: attributions,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """What one entity said and what was said about it, the latest first, up to the limit that was asked for."""

    entity_id: int
    name: str
    type: EntityType
    names: tuple[str, ...]  # of all that it stands for
    aliases: tuple[str, ...]  # what texts call it, these names too
    articles: int
    said: tuple[AttributionEvidence, ...]
    about: tuple[AttributionEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One version of an article with all that was read in it. `mentions` are (span, entity id, name)."""

    article_id: int
    version_id: int
    url: str
    outlet: str | None
    title: str
    text: str
    byline: str | None
    credit: str | None
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    flags: tuple[str, ...]
    is_read: bool
    versions: int
    attributions: tuple[AttributionEvidence, ...]
    claim_ids: dict[int, int]  # of an attribution: its claim
    mentions: tuple[tuple[Span, int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Counts of what the store holds and of what waits. `counts` is by table, in reading order."""

    counts: dict[str, int]
    unread_versions: int
    pending_entries: int
    feeds_in_error: int
    failures: int
    next_due_at: datetime | None


def list_claims(store: Store, query: str | None = None, *, limit: int = 50) -> Sequence[ClaimSummary]:
    """The claims in which all words of `query` occur, the best first; without one the latest."""
    with store.reading() as connection:
        return load_summaries(connection, find_claims(connection, query, limit=limit))


def trace_by_id(store: Store, text: str) -> Trace:
    """Trace the claim that `text`, a shown id or the beginning of one, means.

    Raises:
        NotFound: it means no claim, or more than one.
    """
    with store.reading() as connection:
        return load_trace(connection, resolve_id(connection, Kind.CLAIM, text))


def resolve_id(connection: Connection, kind: Kind, text: str) -> int:
    """Return the (canonical) id of the one thing that `text` means.

    Raises:
        NotFound: it means none, or more than one.
    """
    table = _TABLES[kind]
    found = find_id(connection, kind, text)
    if "canonical_id" not in table.c:
        return found
    return int(connection.execute(select(table.c.canonical_id).where(table.c.id == found)).scalar_one())


def find_id(connection: Connection, kind: Kind, text: str) -> int:
    """Return the id of the one thing that `text` means, as it is: not that of what it stands for after a merge.

    Raises:
        NotFound: it means none, or more than one.
    """
    low, high = parse_id(kind, text)
    table = _TABLES[kind]
    found = list(connection.execute(select(table.c.id).where(table.c.id.between(low, high)).limit(3)).scalars())
    if not found:
        raise NotFound(text, f"no such {kind.name.lower()} is in this store")
    if len(found) > 1:
        some = ", ".join(show_id(kind, key) for key in found)
        raise NotFound(text, f"more than one {kind.name.lower()} begins like this ({some} ...); type more of it")
    return int(found[0])


def view_entity(store: Store, name: str, *, limit: int = 50) -> Sequence[EntityView]:
    """Return each entity that `name`, an id or a name in any case, can mean: up to 50, of the most articles first.

    Raises:
        NotFound: none is held.
    """
    with store.reading() as connection:
        found = find_entities(connection, name)
        if not found and name[:1] == Kind.ENTITY and name[1:].isalnum() and any(c.isdigit() for c in name):
            found = [resolve_id(connection, Kind.ENTITY, name)]
        if not found:
            raise NotFound(name, "no article that is held names anyone so")
        groups = load_groups(connection, found)[:MOST_ENTITIES]
        latest = {side: find_latest_of(connection, groups, side, limit=limit) for side in Side}
        held = load_attributions(
            connection, (key for side in Side for each in latest[side].values() for _, key in each)
        )
        called = _load_names(connection, [group.entity_id for group in groups])
        return [
            EntityView(
                entity_id=group.entity_id,
                articles=group.articles,
                said=tuple(held[key] for _, key in latest[Side.SAID][group.entity_id]),
                about=tuple(held[key] for _, key in latest[Side.ABOUT][group.entity_id]),
                **called[group.entity_id],
            )
            for group in groups
        ]


def view_article(store: Store, text: str) -> ArticleView:
    """Return the latest version of the article with this URL, shown id or beginning of one.

    Raises:
        NotFound: it is not held.
    """
    with store.reading() as connection:
        by_url = connection.execute(select(articles.c.id).where(articles.c.url == text)).scalar()
        article_id = by_url if by_url is not None else resolve_id(connection, Kind.ARTICLE, text)
        rows = connection.execute(_versions_query(article_id)).all()
        return _view_article(connection, rows[0], len(rows))


def load_status(store: Store) -> Status:
    counted = (outlets, feeds, articles, article_versions, entities, attributions, claims)
    with store.reading() as connection:
        read = connection.execute(select(func.count()).select_from(annotations_table)).scalar_one()
        counts = {table.name: _count(connection, table) for table in counted}
        pending = select(func.count()).select_from(feed_entries).where(feed_entries.c.state == "pending")
        in_error = select(func.count()).select_from(feeds).where(feeds.c.error_streak > 0)
        due = select(func.min(feeds.c.next_due_at)).where(feeds.c.health == "active")
        return Status(
            counts=counts,
            unread_versions=counts["article_versions"] - read,
            pending_entries=connection.execute(pending).scalar_one(),
            feeds_in_error=connection.execute(in_error).scalar_one(),
            failures=_count(connection, failures),
            next_due_at=connection.execute(due).scalar(),
        )


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _load_names(connection: Connection, entity_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Of each of these canonical ids its own name and type, the names of its group, and what texts call it."""
    own = select(entities.c.id, entities.c.name, entities.c.type)
    rows = list(in_chunks(connection, own, entities.c.id, entity_ids))
    named = select(entities.c.canonical_id, entities.c.name).distinct()
    called = (
        select(entities.c.canonical_id, aliases.c.name).join(aliases, aliases.c.entity_id == entities.c.id).distinct()
    )
    names, others = (
        _names_by_entity(in_chunks(connection, query, entities.c.canonical_id, entity_ids)) for query in (named, called)
    )
    return {
        row.id: {
            "name": row.name,
            "type": EntityType(row.type),
            "names": tuple(sorted(names[row.id])),
            "aliases": tuple(sorted(names[row.id] | others[row.id])),
        }
        for row in rows
    }


def _names_by_entity(rows: Iterable[Row[Any]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        found[row.canonical_id].add(row.name)
    return found


def _versions_query(article_id: int) -> Any:
    return (
        select(article_versions, articles.c.url, outlets.c.name.label("outlet"), annotations_table.c.made_at)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == article_versions.c.id)
        .where(articles.c.id == article_id)
        .order_by(article_versions.c.first_seen_at.desc(), article_versions.c.id)
    )


def _view_article(connection: Connection, row: Row[Any], versions: int) -> ArticleView:
    ids = connection.execute(select(attributions.c.id).where(attributions.c.version_id == row.id)).scalars()
    found = load_attributions(connection, ids)
    named = (
        select(mentions.c.start, mentions.c.end, entities.c.canonical_id, entities.c.name)
        .join(entities, entities.c.id == mentions.c.entity_id)
        .where(mentions.c.version_id == row.id)
        .order_by(mentions.c.start)
    )
    membership = (
        select(claim_members.c.attribution_id, claims.c.canonical_id)
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .where(claim_members.c.attribution_id.in_(found.keys()))
    )
    same = ("url", "outlet", "title", "text", "byline", "credit", "language", "published_at", "first_seen_at")
    return ArticleView(
        article_id=row.article_id,
        version_id=row.id,
        flags=tuple(row.flags),
        is_read=row.made_at is not None,
        versions=versions,
        attributions=tuple(sorted(found.values(), key=_place)),
        claim_ids={item.attribution_id: item.canonical_id for item in connection.execute(membership)},
        mentions=tuple(
            (Span(item.start, item.end), item.canonical_id, item.name) for item in connection.execute(named)
        ),
        **{name: row._mapping[name] for name in same},
    )


def _place(item: AttributionEvidence) -> tuple[int, int, int]:
    """Where an attribution stands in its text: by its content, an enclosing one before what it encloses."""
    content = item.spans.get("content") or (item.sentence,)
    return content[0].start, -content[-1].end, item.attribution_id
