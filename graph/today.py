"""What is new in a stretch of time: claims, denials, who is quoted, on what, and where.

The times are those of publication (`graph.times`), so that an archive that is taken in late is no news. What is counted
of attributions comes by days (`graph.days`), what is counted of claims from their figures (`graph.figures`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from graph.days import Part, load_part
from graph.figures import load_summaries
from graph.schema import (
    article_versions,
    attributions,
    claim_figures,
    claim_members,
    claims,
    entities,
    outlets,
)
from graph.store import Store
from graph.times import sql_time
from graph.trace import ClaimSummary
from nlp.annotation import Stance

_CANDIDATES = 20  # claims that are counted at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A claim that was there before, and how many articles it was in then and since."""

    claim: ClaimSummary
    before: int
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An entity or outlet by its id, with the number of attributions and of outlets that have them."""

    id: int
    name: str
    attributions: int
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What is new in `[since, until)`, each list with the most at its head."""

    since: datetime
    until: datetime
    new_claims: tuple[ClaimSummary, ...]
    growing: tuple[Growth, ...]
    contested: tuple[ClaimSummary, ...]  # denied in this time
    quoted: tuple[Counted, ...]
    topics: tuple[Counted, ...]
    outlets: tuple[Counted, ...]


def find_latest_time(store: Store) -> datetime | None:
    """The time of the latest attribution that belongs to a claim."""
    with store.reading() as connection:
        return connection.execute(select(func.max(claims.c.last_seen_at))).scalar()


def load_today(store: Store, *, since: datetime, until: datetime, limit: int = 10) -> Today:
    with store.reading() as connection:
        sources, topics, by_outlet = (
            load_part(connection, part, since, until) for part in (Part.SOURCES, Part.TOPICS, Part.OUTLETS)
        )
        return Today(
            since=since,
            until=until,
            new_claims=tuple(_new_claims(connection, since, until, limit)),
            growing=tuple(_growing(connection, since, until, limit)),
            contested=tuple(_contested(connection, since, until, limit)),
            quoted=_count_entities(sources, connection, limit),
            topics=_count_entities(topics, connection, limit),
            outlets=_count_outlets(by_outlet, connection, limit),
        )


def _new_claims(connection: Connection, since: datetime, until: datetime, limit: int) -> list[ClaimSummary]:
    """Claims that nobody is known to have made before, by origins and then by articles."""
    figures = claim_figures.c
    query = (
        select(figures.claim_id)
        .where(figures.latest_at >= since, figures.earliest_at >= since, figures.earliest_at < until)
        .order_by(figures.at_least.desc(), figures.at_most.desc(), figures.articles.desc(), figures.claim_id)
        .limit(limit)
    )
    return load_summaries(connection, list(connection.execute(query).scalars()))


def _growing(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Growth]:
    """Claims that are older and were in further articles within the time, those in the most first.

    None is in more articles within the time than in all, so that those in many are counted first, and the rest not.
    """
    figures = claim_figures.c
    older = (
        select(figures.claim_id, figures.articles)
        .where(figures.latest_at >= since, figures.earliest_at < since)
        .order_by(figures.articles.desc(), figures.claim_id)
        .execution_options(yield_per=_CANDIDATES)
    )
    grown: list[tuple[int, int]] = []  # articles, claim id
    for candidates in connection.execute(older).partitions():
        if len(grown) == limit and grown[-1][0] > candidates[0].articles:
            break
        counted = _count_articles(connection, [row.claim_id for row in candidates], since, until)
        grown = sorted([*grown, *counted], key=lambda pair: (-pair[0], pair[1]))[:limit]
    number_of = {claim_id: number for number, claim_id in grown}
    return [
        Growth(claim=found, before=max(0, found.articles - number_of[found.claim_id]), since=number_of[found.claim_id])
        for found in load_summaries(connection, list(number_of))
    ]


def _count_articles(
    connection: Connection, claim_ids: Sequence[int], since: datetime, until: datetime
) -> list[tuple[int, int]]:
    """In how many articles of the time each of these claims is, and its id; without those that are in none."""
    number = func.count(func.distinct(article_versions.c.article_id))
    query = (
        select(number, claims.c.canonical_id)
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .where(claims.c.canonical_id.in_(claim_ids), sql_time() >= since, sql_time() < until)
        .group_by(claims.c.canonical_id)
    )
    return [(articles, claim_id) for articles, claim_id in connection.execute(query)]


def _contested(connection: Connection, since: datetime, until: datetime, limit: int) -> list[ClaimSummary]:
    """Claims that somebody denied within the time and that others assert, the most carried first."""
    denial = (
        select(claims.c.id)
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .where(
            claims.c.canonical_id == claim_figures.c.claim_id,
            attributions.c.stance == Stance.DENIES,
            sql_time() >= since,
            sql_time() < until,
        )
        .correlate(claim_figures)
        .exists()
    )
    query = (
        select(claim_figures.c.claim_id)
        .where(claim_figures.c.is_contested, claim_figures.c.latest_at >= since, claim_figures.c.earliest_at < until)
        .where(denial)
        .order_by(claim_figures.c.articles.desc(), claim_figures.c.claim_id)
        .limit(limit)
    )
    return load_summaries(connection, list(connection.execute(query).scalars()))


def _count_entities(rows: Iterable[Sequence[Any]], connection: Connection, limit: int) -> tuple[Counted, ...]:
    """Of rows as in `Part.SOURCES`."""
    counts: Counter[int] = Counter()
    outlets_of: defaultdict[int, set[int]] = defaultdict(set)
    for entity_id, outlet_id, number in rows:
        counts[entity_id] += number
        if outlet_id is not None:
            outlets_of[entity_id].add(outlet_id)
    most = _most(counts, limit)
    query = select(entities.c.id, entities.c.name).where(entities.c.id.in_(most))
    names = {row.id: row.name for row in connection.execute(query)}
    return tuple(
        Counted(id=key, name=names[key], attributions=counts[key], outlets=len(outlets_of[key])) for key in most
    )


def _count_outlets(rows: Iterable[Sequence[Any]], connection: Connection, limit: int) -> tuple[Counted, ...]:
    """Of rows as in `Part.OUTLETS`."""
    counts: Counter[int] = Counter()
    for outlet_id, _, _, number in rows:
        if outlet_id is not None:
            counts[outlet_id] += number
    most = _most(counts, limit)
    query = select(outlets.c.id, outlets.c.name).where(outlets.c.id.in_(most))
    names = {row.id: row.name for row in connection.execute(query)}
    return tuple(Counted(id=key, name=names[key], attributions=counts[key], outlets=1) for key in most)


def _most(counts: Counter[int], limit: int) -> list[int]:
    return sorted(counts, key=lambda key: (-counts[key], key))[:limit]
