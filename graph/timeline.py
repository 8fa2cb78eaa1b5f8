"""Attributions over time: how many of each stance in each hour or day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Text, func, select

from graph.days import Part, split
from graph.evidence import AttributionEvidence
from graph.schema import attribution_times
from graph.store import Store
from graph.times import attributed_within
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
    counts: Counter[tuple[datetime, Stance]] = Counter()
    with store.reading() as connection:
        if is_hourly(since, until):
            counts.update(_count_ticks(connection, since, until, by_hour=True))
        else:
            for stretch, rows in split(connection, Part.OUTLETS, since, until):
                if rows is None:
                    counts.update(_count_ticks(connection, stretch.since, stretch.until, by_hour=False))
                for _, stance, _, number in rows or ():
                    counts[stretch.since, Stance(stance)] += number
    return tuple(Tick(at=at, stance=stance, attributions=number) for (at, stance), number in sorted(counts.items()))


def count_ticks(items: Iterable[AttributionEvidence]) -> tuple[Tick, ...]:
    """Count attributions that are at hand, as `load_timeline` does."""
    found = list(items)
    times = [item.version.at for item in found]
    by_hour = not times or is_hourly(min(times), max(times))
    counts = Counter((_begin(item.version.at, by_hour=by_hour), item.stance) for item in found)
    return tuple(Tick(at=at, stance=stance, attributions=number) for (at, stance), number in sorted(counts.items()))


def _begin(at: datetime, *, by_hour: bool) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0, hour=at.hour if by_hour else 0)


def _count_ticks(
    connection: Connection, since: datetime, until: datetime, *, by_hour: bool
) -> dict[tuple[datetime, Stance], int]:
    tick, stance = _tick(connection, by_hour=by_hour), attribution_times.c.stance
    query = (
        select(tick.label("at"), stance, func.count().label("number"))
        .where(attributed_within(since, until))
        .group_by(tick, stance)
    )
    return {
        (datetime.strptime(row.at, "%Y-%m-%d %H").replace(tzinfo=UTC), Stance(row.stance)): row.number
        for row in connection.execute(query)
    }


def _tick(connection: Connection, *, by_hour: bool) -> ColumnElement[str]:
    at = attribution_times.c.at
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24" if by_hour else "YYYY-MM-DD 00")
    return func.substr(at, 1, 13, type_=Text) if by_hour else func.substr(at, 1, 10, type_=Text).concat(" 00")
