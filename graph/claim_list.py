"""Which claims a person looks for: words and filters in, the claims that meet them out, in the order asked for.

Goes by the figures that were counted last (`graph.figures`), by an index for each order. A filter that no index answers
looks through the first `LOOKED_THROUGH` claims in that order; where that may leave some out, the list says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, select

from graph.figures import load_summaries
from graph.schema import (
    article_versions,
    articles,
    attribution_about,
    attributions,
    claim_figures,
    claim_members,
    claims,
)
from graph.search import Searched, find_entities, find_outlets, search_text
from graph.store import Store
from graph.trace import ClaimSummary

LOOKED_THROUGH = 10_000
_MOST_MATCHES = 1000


class ClaimOrder(StrEnum):
    MATCH = "match"  # with the words; where there are none, as recency
    RECENCY = "recency"
    ORIGINS = "origins"
    SPREAD = "spread"  # articles


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """What is looked for; an empty field asks for nothing.

    `about` to `quotation_types` have to be met by one attribution. A claim is of a time that is between its first and
    its last attribution. `least_origins` is held to the most that it can have. Names are ids or names in any case.
    """

    words: str = ""
    about: str = ""
    source: str = ""
    outlet: str = ""
    source_types: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    quotation_types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    least_origins: int = 0
    is_contested: bool = False

    @property
    def is_empty(self) -> bool:
        return all(not getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimList:
    """The claims found. `is_cut`: there may be more than were looked through or asked for."""

    claims: tuple[ClaimSummary, ...]
    is_cut: bool


def list_matching_claims(
    store: Store, asked: ClaimFilter, *, order: ClaimOrder = ClaimOrder.MATCH, limit: int = 50
) -> ClaimList:
    """Return the claims that meet `asked`, at most `limit`, in `order`; then the latest first."""
    with store.reading() as connection:
        matching = _matching(connection, asked.words) if asked.words.strip() else None
        query = _in_order(_figures_query(asked), order)
        if matching is not None:
            query = query.where(claim_figures.c.claim_id.in_(matching))
        query, is_bounded = _with_members(connection, query, asked, is_matching=matching is not None)
        if matching is not None and order is ClaimOrder.MATCH:
            found = set(connection.execute(query).scalars())
            ids = [key for key in matching if key in found]
        else:
            ids = list(connection.execute(query.limit(limit + 1)).scalars())
        is_cut = len(ids) > limit or (is_bounded and _has_more(connection))
        return ClaimList(claims=tuple(load_summaries(connection, ids[:limit])), is_cut=is_cut)


def _matching(connection: Connection, words: str) -> list[int]:
    """The canonical ids of the claims with all these words, the best match first."""
    ids = search_text(connection, Searched.CLAIMS, words, limit=_MOST_MATCHES)
    query = select(claims.c.id, claims.c.canonical_id).where(claims.c.id.in_(ids))
    canonical = {row.id: row.canonical_id for row in connection.execute(query)}
    return list(dict.fromkeys(canonical[key] for key in ids if key in canonical))


def _figures_query(asked: ClaimFilter) -> Select[Any]:
    query = select(claim_figures.c.claim_id)
    if asked.since is not None:
        query = query.where(claim_figures.c.latest_at >= asked.since)
    if asked.until is not None:
        query = query.where(claim_figures.c.earliest_at < asked.until)
    if asked.least_origins > 0:
        query = query.where(claim_figures.c.at_most >= asked.least_origins)
    if asked.is_contested:
        query = query.where(claim_figures.c.is_contested)
    return query


def _in_order(query: Select[Any], order: ClaimOrder) -> Select[Any]:
    latest = (claim_figures.c.latest_at.desc(), claim_figures.c.claim_id)
    match order:
        case ClaimOrder.ORIGINS:
            return query.order_by(claim_figures.c.at_least.desc(), claim_figures.c.at_most.desc(), *latest)
        case ClaimOrder.SPREAD:
            return query.order_by(claim_figures.c.articles.desc(), *latest)
        case _:
            return query.order_by(*latest)


def _with_members(
    connection: Connection, query: Select[Any], asked: ClaimFilter, *, is_matching: bool
) -> tuple[Select[Any], bool]:
    """Ask for a member that meets the filter too, and say whether that bounded what is looked through.

    Where a name is asked for, its attributions are few and the way starts from them; else each claim is looked at.
    """
    conditions = _conditions(connection, asked)
    if not conditions:
        return query, False
    members = _members_query(conditions, asked)
    if asked.about or asked.source or asked.outlet:
        return query.where(claim_figures.c.claim_id.in_(members)), False
    if not is_matching:
        bounded = query.limit(LOOKED_THROUGH).subquery()
        query = query.where(claim_figures.c.claim_id.in_(select(bounded.c.claim_id)))
    exists = members.where(claims.c.canonical_id == claim_figures.c.claim_id).correlate(claim_figures).exists()
    return query.where(exists), not is_matching


def _members_query(conditions: list[ColumnElement[bool]], asked: ClaimFilter) -> Select[Any]:
    query = (
        select(claims.c.canonical_id)
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
    )
    if asked.outlet:
        query = query.join(article_versions, article_versions.c.id == attributions.c.version_id).join(
            articles, articles.c.id == article_versions.c.article_id
        )
    return query.where(*conditions)


def _conditions(connection: Connection, asked: ClaimFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.source:
        ids = find_entities(connection, asked.source, whole_group=True)
        found.append(attributions.c.source_entity_id.in_(ids))
    if asked.about:
        ids = find_entities(connection, asked.about, whole_group=True)
        about = select(attribution_about.c.attribution_id).where(attribution_about.c.entity_id.in_(ids))
        found.append(attributions.c.id.in_(about))
    if asked.outlet:
        outlet_ids = find_outlets(connection, asked.outlet)
        found.append(articles.c.outlet_id.in_(outlet_ids) if outlet_ids else false())
    for column, wanted in (
        (attributions.c.source_type, asked.source_types),
        (attributions.c.stance, asked.stances),
        (attributions.c.quotation_type, asked.quotation_types),
    ):
        if wanted:
            found.append(column.in_(wanted))
    return found


def _has_more(connection: Connection) -> bool:
    beyond = select(claim_figures.c.claim_id).offset(LOOKED_THROUGH).limit(1)
    return connection.execute(beyond).first() is not None
