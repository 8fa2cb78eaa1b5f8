"""Which claims a person looks for: words and filters in, the claims that meet them out, in the order asked for.

Goes by the figures that were counted last (`graph.figures`), by an index for each order. A filter that no index answers
looks through the first `LOOKED_THROUGH` claims in that order; where that may leave some out, the list says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, false, select

from graph.figures import load_summaries
from graph.frequent import Side, canonical_of, estimate, has_row, load_few
from graph.schema import (
    article_versions,
    articles,
    attribution_about,
    attributions,
    claim_figures,
    claim_members,
    claims,
    entities,
)
from graph.search import Searched, choose_entities, find_outlets, search_text
from graph.store import Store
from graph.trace import ClaimSummary

LOOKED_THROUGH = 10_000
_MOST_MATCHES = 1000
# Claims, among which those of a name that is in everything are looked for first, and how many of them at once.
_LOOKED_AT_FIRST = 5_000
_LOOKED_AT_ONCE = 500


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
        query = _in_order(_figures_query(asked), order)
        members = _Members(connection, asked)
        is_bounded = False
        if asked.words.strip():
            matching = _matching(connection, asked.words)
            query = members.meeting(query.where(claim_figures.c.claim_id.in_(matching)))
            ids = _ids(connection, query if order is ClaimOrder.MATCH else query.limit(limit + 1))
            if order is ClaimOrder.MATCH:
                found = set(ids)
                ids = [key for key in matching if key in found]
        elif members.are_named:
            ids = _find_named(connection, query, members, limit + 1)
        else:
            is_bounded = members.are_asked_for
            first = LOOKED_THROUGH if is_bounded else limit + 1
            ids = _find_among_first(connection, query, members, limit + 1, first)
        is_cut = len(ids) > limit or (is_bounded and _has_more(connection))
        return ClaimList(claims=tuple(load_summaries(connection, ids[:limit])), is_cut=is_cut)


def _find_named(connection: Connection, query: Select[Any], members: _Members, limit: int) -> list[int]:
    """From the attributions of a name, where they are few; else, if that is enough, among the first in the order."""
    if members.are_known_to_be_none():
        return []
    few = None if members.are_known_to_be_frequent() else load_few(connection, members.of_name())
    if few is None:
        found = _find_among_first(connection, query, members, limit, _LOOKED_AT_FIRST)
        if len(found) == limit:
            return found
    wanted = members.of_name() if few is None else {claim_id for (claim_id,) in few}
    return _ids(connection, query.where(claim_figures.c.claim_id.in_(wanted)).limit(limit))


def _find_among_first(
    connection: Connection, query: Select[Any], members: _Members, limit: int, number: int
) -> list[int]:
    """Up to `limit` of the first `number` claims of `query`, some at a time: mostly the first of these are enough."""
    first = _ids(connection, query.limit(number))
    if not members.are_asked_for:
        return first[:limit]
    found: list[int] = []
    for start in range(0, len(first), _LOOKED_AT_ONCE):
        some = first[start : start + _LOOKED_AT_ONCE]
        meeting = members.meeting(select(claim_figures.c.claim_id).where(claim_figures.c.claim_id.in_(some)))
        have = set(_ids(connection, meeting))
        found += [key for key in some if key in have]
        if len(found) >= limit:
            break
    return found[:limit]


def _ids(connection: Connection, query: Select[Any]) -> list[int]:
    return list(connection.execute(query).scalars())


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


class _Members:
    """What is asked of one member of a claim."""

    def __init__(self, connection: Connection, asked: ClaimFilter) -> None:
        self._source = choose_entities(connection, asked.source) if asked.source else None
        self._about = choose_entities(connection, asked.about) if asked.about else None
        self._outlets = find_outlets(connection, asked.outlet) if asked.outlet else None
        kinds = (
            (attributions.c.source_type, asked.source_types),
            (attributions.c.stance, asked.stances),
            (attributions.c.quotation_type, asked.quotation_types),
        )
        self._kinds = [column.in_(wanted) for column, wanted in kinds if wanted]
        sides = ((Side.SAID, self._source), (Side.ABOUT, self._about))
        self._estimates = [estimate(connection, chosen, side) for side, chosen in sides if chosen is not None]
        self.are_named = bool(asked.source or asked.about or asked.outlet)
        self.are_asked_for = self.are_named or bool(self._kinds)

    def are_known_to_be_none(self) -> bool:
        """Whether one of the names has no attributions of this sort."""
        return any(each.is_none for each in self._estimates)

    def are_known_to_be_frequent(self) -> bool:
        """Whether only one name is asked for, and it had many at the last count: then it is not worth looking."""
        is_one = len(self._estimates) == 1 and self._outlets is None and not self._kinds
        return is_one and self._estimates[0].is_frequent

    def of_name(self) -> Select[Any]:
        """The claims of all members that meet it, from those of a name."""
        query = self._query()
        if self._source is not None:
            query = query.where(attributions.c.source_entity_id.in_(_group(self._source)))
        if self._about is not None:
            query = query.join(attribution_about, attribution_about.c.attribution_id == attributions.c.id)
            query = query.where(attribution_about.c.entity_id.in_(_group(self._about)))
        return query

    def meeting(self, query: Select[Any]) -> Select[Any]:
        """Those claims of `query` that have such a member, each looked at by itself."""
        if not self.are_asked_for:
            return query
        members = self._query().where(claims.c.canonical_id == claim_figures.c.claim_id)
        if self._source is not None:
            members = members.where(canonical_of(attributions.c.source_entity_id).in_(self._source))
        if self._about is not None:
            about = select(attribution_about).where(
                attribution_about.c.attribution_id == attributions.c.id,
                canonical_of(attribution_about.c.entity_id).in_(self._about),
            )
            members = members.where(has_row(about.correlate(attributions)))
        return query.where(has_row(members.correlate(claim_figures)))

    def _query(self) -> Select[Any]:
        query = (
            select(claims.c.canonical_id)
            .join(claim_members, claim_members.c.claim_id == claims.c.id)
            .join(attributions, attributions.c.id == claim_members.c.attribution_id)
            .where(*self._kinds)
        )
        if self._outlets is None:
            return query
        return (
            query.join(article_versions, article_versions.c.id == attributions.c.version_id)
            .join(articles, articles.c.id == article_versions.c.article_id)
            .where(articles.c.outlet_id.in_(self._outlets) if self._outlets else false())
        )


def _group(chosen: Sequence[int] | Select[Any]) -> Select[Any]:
    return select(entities.c.id).where(entities.c.canonical_id.in_(chosen))


def _has_more(connection: Connection) -> bool:
    beyond = select(claim_figures.c.claim_id).offset(LOOKED_THROUGH).limit(1)
    return connection.execute(beyond).first() is not None
