"""Which part of the store goes out: filters as SQL conditions, and the ids that they let through, in order.

Filters are joined by "and". `since` and `outlet_ids` choose articles; `claim_ids` and `entity_ids` choose attributions,
and then only these, what encloses them, and what they refer to goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, func, select, true, union

from graph.browsing import resolve_id
from graph.errors import NotFound
from graph.ids import Kind
from graph.rdf.agents import is_named_publication
from graph.schema import (
    article_versions,
    articles,
    attribution_about,
    attributions,
    claim_members,
    claims,
    derivations,
    entities,
    mentions,
    outlets,
)
from graph.search import find_entities
from graph.store import Store
from graph.times import CREDIBLE_AHEAD
from nlp.annotation import SourceType

BATCH = 100  # articles or claims that are loaded at once; larger is no faster


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to export; without any filter, everything. Ids are canonical."""

    since: datetime | None = None
    claim_ids: tuple[int, ...] = ()
    entity_ids: tuple[int, ...] = ()
    outlet_ids: tuple[int, ...] = ()

    @property
    def is_everything(self) -> bool:
        return self == Selection()

    @property
    def chooses_attributions(self) -> bool:
        return bool(self.claim_ids or self.entity_ids)

    def attributions(self) -> Select[Any]:
        """The ids of the attributions that are chosen."""
        query = select(attributions.c.id).where(self._attribution_condition())
        if self.since is None and not self.outlet_ids:
            return query
        versions = select(article_versions.c.id).where(article_versions.c.article_id.in_(self._plain_articles()))
        return query.where(attributions.c.version_id.in_(versions))

    def articles(self) -> Select[Any]:
        """The ids of the articles that are chosen."""
        query = self._plain_articles()
        if not self.chooses_attributions:
            return query
        holding = (
            select(article_versions.c.article_id)
            .join(attributions, attributions.c.version_id == article_versions.c.id)
            .where(self._attribution_condition())
        )
        return query.where(articles.c.id.in_(holding))

    def _plain_articles(self) -> Select[Any]:
        query = select(articles.c.id)
        if self.outlet_ids:
            query = query.where(articles.c.outlet_id.in_(self.outlet_ids))
        if self.since is not None:
            at = func.coalesce(article_versions.c.published_at, article_versions.c.first_seen_at)
            recent = select(article_versions.c.article_id).where(
                at >= self.since,
                # A publication time far ahead of when it was seen is a mistake and does not make it recent.
                article_versions.c.first_seen_at >= _back(self.since, CREDIBLE_AHEAD),
            )
            query = query.where(articles.c.id.in_(recent))
        return query

    def _attribution_condition(self) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = []
        if self.claim_ids:
            group = select(claims.c.id).where(claims.c.canonical_id.in_(self.claim_ids))
            held = select(claim_members.c.attribution_id).where(claim_members.c.claim_id.in_(group))
            conditions.append(attributions.c.id.in_(held))
        if self.entity_ids:
            group = select(entities.c.id).where(entities.c.canonical_id.in_(self.entity_ids))
            about = select(attribution_about.c.attribution_id).where(attribution_about.c.entity_id.in_(group))
            conditions.append(attributions.c.source_entity_id.in_(group) | attributions.c.id.in_(about))
        return and_(true(), *conditions)


def article_batches(connection: Connection, selection: Selection) -> Iterator[list[int]]:
    """Yield the ids of the chosen articles in order, some at a time."""
    yield from _pages(connection, selection.articles(), articles.c.id)


def claim_batches(connection: Connection, selection: Selection) -> Iterator[list[int]]:
    """Yield the canonical ids of the claims of chosen attributions in order, some at a time."""
    query = select(claims.c.canonical_id).where(_has_members(selection)).distinct()
    yield from _pages(connection, query, claims.c.canonical_id)


def entity_batches(connection: Connection, selection: Selection) -> Iterator[list[int]]:
    """Yield the canonical ids of the entities that are spoken of in what is chosen, some at a time."""
    query = select(entities.c.canonical_id).distinct()
    if not selection.is_everything:
        query = query.where(entities.c.id.in_(_used_entities(selection)))
    yield from _pages(connection, query, entities.c.canonical_id)


def outlet_query(selection: Selection) -> Select[Any]:
    """The outlets of the chosen articles; of a whole store, all, and so also those of no article yet."""
    query = select(outlets).order_by(outlets.c.id)
    if selection.is_everything:
        return query
    used = select(articles.c.outlet_id).where(articles.c.id.in_(selection.articles()))
    return query.where(outlets.c.id.in_(used))


def publication_names(connection: Connection, selection: Selection) -> Iterator[str]:
    """Yield the names of agencies, publishers and publications that are no entities; one may come twice."""
    cited = select(attributions.c.source_name).where(
        attributions.c.source_type == SourceType.PUBLICATION, attributions.c.source_entity_id.is_(None)
    )
    copied = select(derivations.c.from_name).where(derivations.c.from_name.is_not(None))
    if not selection.is_everything:
        versions = _versions(selection)
        cited = cited.where(attributions.c.version_id.in_(versions))
        copied = copied.where(derivations.c.version_id.in_(versions))
    for name in connection.execute(cited.distinct()).scalars():
        if is_named_publication(SourceType.PUBLICATION, name):
            yield name
    yield from connection.execute(copied.distinct()).scalars()
    yield from {row.family for row in connection.execute(outlet_query(selection)) if row.family is not None}


def chosen_among(connection: Connection, selection: Selection, condition: ColumnElement[bool]) -> set[int] | None:
    """Return the ids of the chosen attributions that meet `condition`; `None` means all do."""
    if selection.is_everything:
        return None
    return set(connection.execute(selection.attributions().where(condition)).scalars())


def count_articles(connection: Connection, selection: Selection) -> int:
    """Return how many articles are chosen."""
    return _count(connection, selection.articles())


def count_claims(connection: Connection, selection: Selection) -> int:
    """Return how many claims chosen attributions belong to."""
    return _count(connection, select(claims.c.canonical_id).where(_has_members(selection)).distinct())


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _has_members(selection: Selection) -> ColumnElement[bool]:
    members = select(claim_members.c.claim_id)
    if not selection.is_everything:
        members = members.where(claim_members.c.attribution_id.in_(selection.attributions()))
    return claims.c.id.in_(members)


def _used_entities(selection: Selection) -> CompoundSelect[Any]:
    """Sources and whom it is about; of a whole article, all who are mentioned."""
    chosen, versions = selection.attributions(), _versions(selection)
    about = select(attribution_about.c.entity_id).where(attribution_about.c.attribution_id.in_(chosen))
    # Of what encloses a chosen attribution the source goes out as well; it is in the same text.
    sources = select(attributions.c.source_entity_id).where(attributions.c.version_id.in_(versions))
    if selection.chooses_attributions:
        return union(sources, about)
    return union(sources, about, select(mentions.c.entity_id).where(mentions.c.version_id.in_(versions)))


def _versions(selection: Selection) -> Select[Any]:
    return select(article_versions.c.id).where(article_versions.c.article_id.in_(selection.articles()))


def _pages(connection: Connection, query: Select[Any], column: ColumnElement[int]) -> Iterator[list[int]]:
    last = -1
    while True:
        page = list(connection.execute(query.where(column > last).order_by(column).limit(BATCH)).scalars())
        if not page:
            return
        yield page
        last = page[-1]


def _back(at: datetime, by: timedelta) -> datetime:
    """`at` less `by`, but never before the calendar begins."""
    return at if at - datetime.min.replace(tzinfo=UTC) < by else at - by


def select_by_names(
    store: Store,
    *,
    since: datetime | None = None,
    claim_texts: Sequence[str] = (),
    entity_texts: Sequence[str] = (),
    outlet_names: Sequence[str] = (),
) -> Selection:
    """Return what people mean by ids, beginnings of ids, and names in any case.

    Raises:
        NotFound: one of them means nothing in this store, or an id more than one thing.
    """
    with store.reading() as connection:
        return Selection(
            since=since,
            claim_ids=tuple(resolve_id(connection, Kind.CLAIM, text) for text in claim_texts),
            entity_ids=tuple(key for text in entity_texts for key in _find_entities(connection, text)),
            outlet_ids=tuple(_find_outlet(connection, text) for text in outlet_names),
        )


def _find_entities(connection: Connection, text: str) -> Sequence[int]:
    found = find_entities(connection, text)
    if found:
        return found
    if text[:1] == Kind.ENTITY and text[1:].isalnum() and any(character.isdigit() for character in text):
        return [resolve_id(connection, Kind.ENTITY, text)]
    raise NotFound(text, "no article that is held names anyone so")


def _find_outlet(connection: Connection, text: str) -> int:
    wanted = " ".join(text.split()).casefold()
    for row in connection.execute(select(outlets.c.id, outlets.c.name)):
        if row.name.casefold() == wanted:
            return int(row.id)
    raise NotFound(text, "no outlet of this name is held")
