"""Asking about an entity that may be in everything: its latest attributions, and what tells such a one from others.

Of most entities all attributions are looked at, by the index on whose they are. One that is in a good part of the store
has too many to put in order: there the newest of the store are looked through first, row by row, and mostly are enough.
Where they are not, its own are looked at after all, so that the answer is the same whichever way it was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, literal, select

from graph.rows import in_chunks
from graph.schema import article_versions, attribution_about, attribution_times, attributions, entities
from graph.times import sql_time

# Rows: so many are fetched and put in order in 20 ms, and so many looked through in 100 ms.
FREQUENT = 5_000
NEWEST = 50_000

Dated = tuple[datetime, int]  # the time of an attribution and its id


class Side(StrEnum):
    """Which attributions of an entity."""

    SAID = "said"
    ABOUT = "about"


def find_latest(connection: Connection, entity_id: int, side: Side, *, limit: int) -> list[Dated]:
    """Return the latest attributions of an entity (a canonical id), the latest first, then by id."""
    own = _own(entity_id, side)
    dated = select(sql_time().label("at"), attributions.c.id).join(
        article_versions, article_versions.c.id == attributions.c.version_id
    )
    few = load_few(connection, own)
    if few is not None:
        rows = in_chunks(connection, dated, attributions.c.id, (row[0] for row in few))
        return take_latest(((row.at, row.id) for row in rows), limit=limit)
    found = connection.execute(_among_newest(connection, entity_id, side).limit(limit)).all()
    if len(found) < limit:
        latest = dated.where(attributions.c.id.in_(own)).order_by(sql_time().desc(), attributions.c.id)
        found = connection.execute(latest.limit(limit)).all()
    return [(row.at, row.id) for row in found]


def take_latest(dated: Iterable[Dated], *, limit: int) -> list[Dated]:
    """The latest of these, each once: the latest first, then by id."""
    by_id = sorted(set(dated), key=lambda each: each[1])
    return sorted(by_id, key=lambda each: each[0], reverse=True)[:limit]


def load_few(connection: Connection, query: Select[Any]) -> Sequence[Row[Any]] | None:
    """Return the rows of `query`, or `None` where there are more than `FREQUENT`.

    For what is then asked of them: a database that has to guess how many they are plans for any number.
    """
    rows = connection.execute(query.limit(FREQUENT + 1)).all()
    return rows if len(rows) <= FREQUENT else None


def canonical_of(column: ColumnElement[Any]) -> ScalarSelect[int]:
    """What the entity of this id stands for, looked up for each row.

    A join would leave it to the database to begin with the entity, which is what a frequent one must not be.
    """
    entity = entities.alias("entity")
    return select(entity.c.canonical_id).where(entity.c.id == column).scalar_subquery()


def has_row(query: Select[Any]) -> ColumnElement[bool]:
    """EXISTS, looked up for each row for the same reason: databases make a join of EXISTS."""
    return query.with_only_columns(literal(1)).limit(1).scalar_subquery().is_not(None)


def _own(entity_id: int, side: Side) -> Select[Any]:
    """The ids of all its attributions."""
    group = select(entities.c.id).where(entities.c.canonical_id == entity_id)
    if side is Side.SAID:
        return select(attributions.c.id).where(attributions.c.source_entity_id.in_(group))
    return select(attribution_about.c.attribution_id).where(attribution_about.c.entity_id.in_(group))


def _among_newest(connection: Connection, entity_id: int, side: Side) -> Select[Any]:
    times = attribution_times.c
    query = select(times.at, times.attribution_id.label("id")).order_by(times.at.desc(), times.attribution_id)
    since = connection.execute(select(times.at).order_by(times.at.desc()).offset(NEWEST).limit(1)).scalar()
    if since is not None:
        query = query.where(times.at >= since)
    if side is Side.SAID:
        return query.where(canonical_of(times.source_entity_id) == entity_id)
    about = select(attribution_about).where(
        attribution_about.c.attribution_id == times.attribution_id,
        canonical_of(attribution_about.c.entity_id) == entity_id,
    )
    return query.where(has_row(about.correlate(attribution_times)))
