"""Attributions over time: how many of each stance in each hour or day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Text, and_, func, or_, select

from graph.evidence import AttributionEvidence
from graph.schema import article_versions, attribution_times
from graph.store import Store
from nlp.annotation import Stance

_BY_HOUR = timedelta(days=4)  # longer stretches are counted by day


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """How many attributions of one stance were published in the hour or day that begins at `at`."""

    at: datetime
    stance: Stance
    attributions: int


def is_hourly(since: datetime, until: datetime) -> bool:
    """Whether this stretch of time is counted by hour; else it is by day."""
    return until - since <= _BY_HOUR


def load_timeline(store: Store, *, since: datetime, until: datetime) -> tuple[Tick, ...]:
    """The attributions of this time by hour, or by day where it is long; ticks without any are left out."""
    with store.reading() as connection:
        tick = _tick(connection, by_hour=is_hourly(since, until))
        stance = attribution_times.c.stance
        query = (
            select(tick.label("at"), stance, func.count().label("number"))
            .where(attributed_within(since, until))
            .group_by(tick, stance)
            .order_by(tick, stance)
        )
        return tuple(
            Tick(
                at=datetime.strptime(row.at, "%Y-%m-%d %H").replace(tzinfo=UTC),
                stance=Stance(row.stance),
                attributions=row.number,
            )
            for row in connection.execute(query)
        )


def count_ticks(items: Iterable[AttributionEvidence]) -> tuple[Tick, ...]:
    """Count attributions that are at hand, as `load_timeline` does."""
    found = list(items)
    times = [item.version.at for item in found]
    by_hour = not times or is_hourly(min(times), max(times))
    counts = Counter((_begin(item.version.at, by_hour=by_hour), item.stance) for item in found)
    return tuple(Tick(at=at, stance=stance, attributions=number) for (at, stance), number in sorted(counts.items()))


def _begin(at: datetime, *, by_hour: bool) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0, hour=at.hour if by_hour else 0)


def within_time(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of versions, by the index on either of their times."""
    published, seen = article_versions.c.published_at, article_versions.c.first_seen_at
    return or_(and_(published >= since, published < until), and_(published.is_(None), seen >= since, seen < until))


def attributed_within(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of `attribution_times`, which is in the order of time."""
    return (attribution_times.c.at >= since) & (attribution_times.c.at < until)


def _tick(connection: Connection, *, by_hour: bool) -> ColumnElement[str]:
    at = attribution_times.c.at
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24" if by_hour else "YYYY-MM-DD 00")
    return func.substr(at, 1, 13, type_=Text) if by_hour else func.substr(at, 1, 10, type_=Text).concat(" 00")
