"""Asking about an entity that may be in everything: its latest attributions, and what tells such a one from others.

Of most entities all attributions are looked at, by the index on whose they are. One that is in a good part of the store
has too many to put in order: there the newest of the store are looked through first, row by row, and mostly are enough.
Where they are not, its own are looked at after all, so that the answer is the same whichever way it was found.

A person is as many rows of `entities` as articles, a *group* of one canonical id. Its ids are fetched first and asked
for as values: PostgreSQL takes every group for a large one and would read a whole table for each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, distinct, func, literal, select

from graph.rows import CHUNK, in_chunks
from graph.schema import (
    article_versions,
    attribution_about,
    attribution_times,
    attributions,
    day_changes,
    entities,
    entity_figures,
    mentions,
)
from graph.times import sql_time

# Rows: so many are fetched and put in order in 20 ms, and so many looked through in 100 ms.
FREQUENT = 5_000
NEWEST = 50_000

Dated = tuple[datetime, int]  # the time of an attribution and its id


class Side(StrEnum):
    """Which attributions of an entity."""

    SAID = "said"
    ABOUT = "about"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All that stand for one entity: how many they are, and in how many articles they are named."""

    entity_id: int
    members: int
    articles: int


def load_groups(connection: Connection, entity_ids: Collection[int]) -> list[Group]:
    """Return the groups of these canonical ids, of the most articles first."""
    # A person stands for one article until joined with others (`entities.article_id`).
    query = select(
        entities.c.canonical_id,
        func.count().label("members"),
        func.count(entities.c.article_id).label("of_articles"),
        func.count(distinct(entities.c.article_id)).label("articles"),
    ).group_by(entities.c.canonical_id)
    groups = [
        Group(
            entity_id=row.canonical_id,
            members=row.members,
            articles=row.articles if row.of_articles == row.members else _count_articles(connection, row.canonical_id),
        )
        for row in in_chunks(connection, query, entities.c.canonical_id, entity_ids)
    ]
    return sorted(groups, key=lambda group: (-group.articles, group.entity_id))


def find_latest_of(
    connection: Connection, groups: Iterable[Group], side: Side, *, limit: int
) -> dict[int, list[Dated]]:
    """As `find_latest`, of each of these: of the small ones together, for a name may be that of fifty people."""
    together: list[int] = []
    room = FREQUENT
    found: dict[int, list[Dated]] = {}
    for group in sorted(groups, key=lambda group: group.members):
        room -= group.members
        if room >= 0:
            together.append(group.entity_id)
        else:
            found[group.entity_id] = find_latest(connection, group.entity_id, side, limit=limit)
    query = select(entities.c.id, entities.c.canonical_id)
    entity_of = {row.id: row.canonical_id for row in in_chunks(connection, query, entities.c.canonical_id, together)}
    own = _load_own(connection, entity_of, side)
    if own is None:
        return found | {key: find_latest(connection, key, side, limit=limit) for key in together}
    dated: dict[int, set[Dated]] = {key: set() for key in together}
    times = {key: when for when, key in _date(connection, (key for _, key in own))}
    for member, key in own:
        dated[entity_of[member]].add((times[key], key))
    return found | {key: take_latest(each, limit=limit) for key, each in dated.items()}


def find_latest(connection: Connection, entity_id: int, side: Side, *, limit: int) -> list[Dated]:
    """Return the latest attributions of an entity (a canonical id), the latest first, then by id."""
    own = _load_own_of(connection, entity_id, side)
    if own is not None:
        latest = _DATED.order_by(sql_time().desc(), attributions.c.id).limit(limit)  # of each chunk
        dated = in_chunks(connection, latest, attributions.c.id, own)
        return take_latest(((row.at, row.id) for row in dated), limit=limit)
    for newest in (NEWEST // 5, NEWEST):
        found = connection.execute(_among_newest(connection, entity_id, side, newest).limit(limit)).all()
        if len(found) == limit:
            break
    else:
        latest = _DATED.where(attributions.c.id.in_(_own(entity_id, side)))
        found = connection.execute(latest.order_by(sql_time().desc(), attributions.c.id).limit(limit)).all()
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


def load_few_of(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], ids: Iterable[int]
) -> Sequence[Row[Any]] | None:
    """As `load_few`, of the rows of which `column` is one of `ids`."""
    wanted = sorted(set(ids))
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), CHUNK):
        chosen = query.where(column.in_(wanted[start : start + CHUNK]))
        found += connection.execute(chosen.limit(FREQUENT + 1 - len(found))).all()
        if len(found) > FREQUENT:
            return None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many attributions there were at the last count, and whether that is so still."""

    number: int
    is_exact: bool

    @property
    def is_none(self) -> bool:
        return self.is_exact and self.number == 0

    @property
    def is_frequent(self) -> bool:
        return self.number > FREQUENT


def estimate(connection: Connection, chosen: Sequence[int] | Select[Any], side: Side) -> Estimate:
    """Of the attributions of these entities (canonical ids), from what was counted of each."""
    query = select(func.coalesce(func.sum(entity_figures.c[side]), 0)).where(entity_figures.c.entity_id.in_(chosen))
    has_changed = connection.execute(select(day_changes.c.id).limit(1)).first() is not None
    return Estimate(number=connection.execute(query).scalar_one(), is_exact=not has_changed)


def canonical_of(column: ColumnElement[Any]) -> ScalarSelect[int]:
    """What the entity of this id stands for, looked up for each row.

    A join would leave it to the database to begin with the entity, which is what a frequent one must not be.
    """
    entity = entities.alias("entity")
    return select(entity.c.canonical_id).where(entity.c.id == column).scalar_subquery()


def has_row(query: Select[Any]) -> ColumnElement[bool]:
    """EXISTS, looked up for each row for the same reason: databases make a join of EXISTS."""
    return query.with_only_columns(literal(1)).limit(1).scalar_subquery().is_not(None)


_COLUMNS = {
    Side.SAID: (attributions.c.source_entity_id, attributions.c.id),
    Side.ABOUT: (attribution_about.c.entity_id, attribution_about.c.attribution_id),
}
_DATED = select(sql_time().label("at"), attributions.c.id).join(
    article_versions, article_versions.c.id == attributions.c.version_id
)


def _load_own(connection: Connection, members: Iterable[int], side: Side) -> list[tuple[int, int]] | None:
    """The attributions of these entities as (entity, attribution), or `None` where they are more than `FREQUENT`."""
    whose, key = _COLUMNS[side]
    found = load_few_of(connection, select(whose, key), whose, members)
    return None if found is None else [tuple(row) for row in found]


def _load_own_of(connection: Connection, entity_id: int, side: Side) -> list[int] | None:
    """The attributions of an entity, or `None` where they are more than `FREQUENT`."""
    members = load_few(connection, _group(entity_id))
    if members is not None:
        own = _load_own(connection, [member for (member,) in members], side)
        return None if own is None else [key for _, key in own]
    estimated = estimate(connection, [entity_id], side)
    if estimated.is_none:
        return []
    if estimated.is_frequent:
        return None
    few = load_few(connection, _own(entity_id, side))
    return None if few is None else [key for (key,) in few]


def _own(entity_id: int, side: Side) -> Select[Any]:
    whose, key = _COLUMNS[side]
    return select(key).where(whose.in_(_group(entity_id)))


def _group(entity_id: int) -> Select[Any]:
    return select(entities.c.id).where(entities.c.canonical_id == entity_id)


def _date(connection: Connection, ids: Iterable[int]) -> list[Dated]:
    return [(row.at, row.id) for row in in_chunks(connection, _DATED, attributions.c.id, ids)]


def _count_articles(connection: Connection, entity_id: int) -> int:
    members = connection.execute(_group(entity_id).limit(CHUNK + 1)).scalars().all()
    group = members if len(members) <= CHUNK else _group(entity_id)
    named = select(mentions.c.version_id).where(mentions.c.entity_id.in_(group))
    query = select(func.count(distinct(article_versions.c.article_id))).where(article_versions.c.id.in_(named))
    return connection.execute(query).scalar_one()


def _among_newest(connection: Connection, entity_id: int, side: Side, newest: int) -> Select[Any]:
    times = attribution_times.c
    query = select(times.at, times.attribution_id.label("id")).order_by(times.at.desc(), times.attribution_id)
    since = connection.execute(select(times.at).order_by(times.at.desc()).offset(newest).limit(1)).scalar()
    if since is not None:
        query = query.where(times.at >= since)
    if side is Side.SAID:
        return query.where(canonical_of(times.source_entity_id) == entity_id)
    about = select(attribution_about).where(
        attribution_about.c.attribution_id == times.attribution_id,
        canonical_of(attribution_about.c.entity_id) == entity_id,
    )
    return query.where(has_row(about.correlate(attribution_times)))
