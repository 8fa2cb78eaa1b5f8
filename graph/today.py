"""What is new in a stretch of time: claims, denials, who is quoted, on what, and where.

The times are those of publication (`graph.times`), so that an archive that is taken in late is no news. What is counted
of attributions stands side by side in the order of time (`attribution_times`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from graph.figures import load_summaries
from graph.schema import (
    attribution_times,
    claim_figures,
    claim_members,
    claims,
    entities,
    outlets,
)
from graph.store import Store
from graph.timeline import attributed_within
from graph.trace import ClaimSummary
from nlp.annotation import Stance


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
        within = attributed_within(since, until)
        return Today(
            since=since,
            until=until,
            new_claims=tuple(_new_claims(connection, since, until, limit)),
            growing=tuple(_growing(connection, since, until, limit)),
            contested=tuple(_contested(connection, within, limit)),
            quoted=_count_entities(connection, attribution_times.c.source_entity_id, within, limit),
            topics=_count_entities(connection, attribution_times.c.topic_id, within, limit),
            outlets=_count_outlets(connection, within, limit),
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
    """Claims that are older and were in further articles within the time, those in the most first."""
    number = func.count(func.distinct(attribution_times.c.article_id))
    query = (
        _claims_of_times(claims.c.canonical_id, number.label("number"))
        .join(claim_figures, claim_figures.c.claim_id == claims.c.canonical_id)
        .where(attributed_within(since, until), claim_figures.c.earliest_at < since)
        .group_by(claims.c.canonical_id)
        .order_by(number.desc(), claims.c.canonical_id)
        .limit(limit)
    )
    grown = {row.canonical_id: row.number for row in connection.execute(query)}
    return [
        Growth(claim=found, before=max(0, found.articles - grown[found.claim_id]), since=grown[found.claim_id])
        for found in load_summaries(connection, list(grown))
    ]


def _contested(connection: Connection, within: ColumnElement[bool], limit: int) -> list[ClaimSummary]:
    """Claims that somebody denied within the time and that others assert, the most carried first."""
    denied = _claims_of_times(claims.c.canonical_id).where(within, attribution_times.c.stance == Stance.DENIES)
    query = (
        select(claim_figures.c.claim_id)
        .where(claim_figures.c.claim_id.in_(denied), claim_figures.c.is_contested)
        .order_by(claim_figures.c.articles.desc(), claim_figures.c.claim_id)
        .limit(limit)
    )
    return load_summaries(connection, list(connection.execute(query).scalars()))


def _claims_of_times(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(attribution_times)
        .join(claim_members, claim_members.c.attribution_id == attribution_times.c.attribution_id)
        .join(claims, claims.c.id == claim_members.c.claim_id)
    )


def _count_entities(
    connection: Connection, key: ColumnElement[int | None], within: ColumnElement[bool], limit: int
) -> tuple[Counted, ...]:
    query = (
        select(
            entities.c.canonical_id.label("id"),
            func.count().label("attributions"),
            func.count(func.distinct(attribution_times.c.outlet_id)).label("outlets"),
        )
        .select_from(attribution_times)
        .join(entities, entities.c.id == key)
        .where(within)
        .group_by(entities.c.canonical_id)
        .order_by(func.count().desc(), entities.c.canonical_id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    named = select(entities.c.id, entities.c.name).where(entities.c.id.in_([row.id for row in rows]))
    names = {row.id: row.name for row in connection.execute(named)}
    return tuple(
        Counted(id=row.id, name=names[row.id], attributions=row.attributions, outlets=row.outlets) for row in rows
    )


def _count_outlets(connection: Connection, within: ColumnElement[bool], limit: int) -> tuple[Counted, ...]:
    outlet_id = attribution_times.c.outlet_id
    query = (
        select(outlet_id.label("id"), func.count().label("attributions"))
        .where(within, outlet_id.is_not(None))
        .group_by(outlet_id)
        .order_by(func.count().desc(), outlet_id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    named = select(outlets.c.id, outlets.c.name).where(outlets.c.id.in_([row.id for row in rows]))
    names = {row.id: row.name for row in connection.execute(named)}
    return tuple(Counted(id=row.id, name=names[row.id], attributions=row.attributions, outlets=1) for row in rows)
