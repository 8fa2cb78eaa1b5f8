"""What is counted of a stretch of time: of whole days from what was counted of each once, of the rest on the spot.

A month of a large store has hundreds of thousands of attributions. `day_figures` keeps what pages count of them, a row
a day in UTC, and `day_changes` names the days of which something has changed since (triggers write it); these are
counted from the attributions themselves, so that no page shows an old figure. `refresh_days` counts anew what has
changed, at the end of each `ingest` and `prune`. `entity_figures` is the sum over all days that were counted.

The rows of a part are numbers that add up: those of two stretches, one after the other, are those of both together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, select

from graph.rows import CHUNK, in_chunks, insert_new
from graph.schema import (
    article_versions,
    articles,
    attribution_about,
    attribution_times,
    attributions,
    day_changes,
    day_figures,
    derivations,
    entities,
    entity_figures,
    outlets,
)
from graph.store import Store
from graph.times import attributed_within, within_time
from nlp.annotation import SourceType

_WIRE = ("wire_copy", "edited_copy", "press_release")
_DAY = timedelta(days=1)
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)  # of all time

_Row = Sequence[Any]


class Part(StrEnum):
    """A column of `day_figures`, whose rows are described in `graph.schema`."""

    OUTLETS = "outlets"
    ARTICLES = "articles"
    WIRE = "wire"
    SOURCES = "sources"
    TOPICS = "topics"
    ABOUT = "about"
    CITATIONS = "citations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some time, from `since` and up to but not including `until`."""

    since: datetime
    until: datetime


def load_part(connection: Connection, part: Part, since: datetime, until: datetime) -> Iterator[_Row]:
    """The rows of this time; the same thing can be in several, whose numbers add up."""
    for stretch, rows in split(connection, part, since, until):
        yield from _COUNT[part](connection, stretch) if rows is None else rows


def split(
    connection: Connection, part: Part, since: datetime, until: datetime
) -> Iterator[tuple[Stretch, Sequence[_Row] | None]]:
    """The whole days of this time that are counted, with their rows, and the stretches between them with none."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)  # days are UTC's
    first, last = (since + _DAY - timedelta(microseconds=1)).date().isoformat(), until.date().isoformat()
    changed = select(day_changes.c.day)
    query = (
        select(day_figures.c.day, day_figures.c[part])
        .where(day_figures.c.day >= first, day_figures.c.day < last, day_figures.c.day.not_in(changed))
        .order_by(day_figures.c.day)
    )
    for day, rows in connection.execute(query):
        stretch = _day_of(day)
        if since < stretch.since:
            yield Stretch(since=since, until=stretch.since), None
        yield stretch, rows
        since = stretch.until
    if since < until:
        yield Stretch(since=since, until=until), None


def load_most_quoted(connection: Connection, limit: int) -> dict[int, tuple[int, int]]:
    """As `load_entities`, of those of whom the most attributions are; some more than `limit`."""
    most = select(entity_figures).order_by(entity_figures.c.said.desc(), entity_figures.c.entity_id).limit(2 * limit)
    return _with_changes(connection, connection.execute(most), None)


def load_entities(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Of canonical entities, how many attributions are theirs and how many about them; those of none are left out."""
    rows = in_chunks(connection, select(entity_figures), entity_figures.c.entity_id, ids)
    return _with_changes(connection, rows, set(ids))


def _with_changes(
    connection: Connection, rows: Iterable[Row[Any]], wanted: set[int] | None
) -> dict[int, tuple[int, int]]:
    """Bring figures up to date; those of others that have changed beside them, unless only some are wanted."""
    counted = {row.entity_id: (row.said, row.about) for row in rows}
    said, about = _changed_since(connection)
    changed = {key for key in said.keys() | about.keys() if wanted is None or key in wanted}
    beside = in_chunks(connection, select(entity_figures), entity_figures.c.entity_id, changed - counted.keys())
    counted |= {row.entity_id: (row.said, row.about) for row in beside}
    found = {}
    for key in counted.keys() | changed:
        had = counted.get(key, (0, 0))
        now = had[0] + said[key], had[1] + about[key]
        if any(now):
            found[key] = now
    return found


def refresh_days(store: Store) -> Iterator[int]:
    """Count the days that have changed; yield 1 for each that is done, which is then kept."""
    while True:
        with store.writing(alone=True) as connection:  # two at once would both add a day to the figures of entities
            day = connection.execute(select(func.min(day_changes.c.day))).scalar()
            if day is None:
                return
            # These and no others: what changes while the day is counted is noted in rows of its own.
            noted = list(connection.execute(select(day_changes.c.id).where(day_changes.c.day == day)).scalars())
            _recount(connection, day)
            for start in range(0, len(noted), CHUNK):
                connection.execute(delete(day_changes).where(day_changes.c.id.in_(noted[start : start + CHUNK])))
        yield 1


def count_changed_days(store: Store) -> int:
    """How many days have changed since they were counted."""
    with store.reading() as connection:
        return connection.execute(select(func.count(func.distinct(day_changes.c.day)))).scalar_one()


def _recount(connection: Connection, day: str) -> None:
    stretch = _day_of(day)
    had = connection.execute(select(day_figures).where(day_figures.c.day == day)).first()
    # In an order of their own, so that counting the same again writes the same.
    found = {part: sorted(count(connection, stretch), key=repr) for part, count in _COUNT.items()}
    connection.execute(delete(day_figures).where(day_figures.c.day == day))
    if any(found.values()):
        insert_new(connection, day_figures, [{"day": day} | {str(part): rows for part, rows in found.items()}])
    said, about = _sums(found[Part.SOURCES]), _sums(found[Part.ABOUT])
    if had is not None:
        said.subtract(_sums(had.sources))
        about.subtract(_sums(had.about))
    changed = {key for key in said.keys() | about.keys() if said[key] or about[key]}
    held = {
        row.entity_id: row for row in in_chunks(connection, select(entity_figures), entity_figures.c.entity_id, changed)
    }
    rows = [
        {
            "entity_id": key,
            "said": said[key] + (held[key].said if key in held else 0),
            "about": about[key] + (held[key].about if key in held else 0),
        }
        for key in sorted(changed)
    ]
    for start in range(0, len(rows), CHUNK):
        ids = [row["entity_id"] for row in rows[start : start + CHUNK]]
        connection.execute(delete(entity_figures).where(entity_figures.c.entity_id.in_(ids)))
    insert_new(connection, entity_figures, [row for row in rows if row["said"] or row["about"]])


def _changed_since(connection: Connection) -> tuple[Counter[int], Counter[int]]:
    """What the days that changed would add to the figures of entities if they were counted now: said, and about."""
    said: Counter[int] = Counter()
    about: Counter[int] = Counter()
    days = list(connection.execute(select(day_changes.c.day).distinct().order_by(day_changes.c.day)).scalars())
    for day in days:
        stretch = _day_of(day)
        said.update(_sums(_count_sources(connection, stretch)))
        about.update(_sums(_count_about(connection, stretch)))
    for start in range(0, len(days), CHUNK):
        query = select(day_figures.c.sources, day_figures.c.about)
        for row in connection.execute(query.where(day_figures.c.day.in_(days[start : start + CHUNK]))):
            said.subtract(_sums(row.sources))
            about.subtract(_sums(row.about))
    return said, about


def _sums(rows: Sequence[_Row]) -> Counter[int]:
    """By the first column the sum of the last."""
    found: Counter[int] = Counter()
    for row in rows:
        found[row[0]] += row[-1]
    return found


def _day_of(day: str) -> Stretch:
    since = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    return Stretch(since=since, until=since + _DAY)


def _count_outlets(connection: Connection, stretch: Stretch) -> list[_Row]:
    times = attribution_times.c
    keys = (times.outlet_id, times.stance, times.source_type)
    return _fetch(connection, select(*keys, func.count()).where(_attributed(stretch)).group_by(*keys))


def _count_articles(connection: Connection, stretch: Stretch) -> list[_Row]:
    times = attribution_times.c
    through = case((times.source_type == SourceType.PUBLICATION, 1), else_=0)
    # Of nested attributions the outer one decides: "Reuters reported that X said" is Reuters'.
    outermost = case((times.is_outermost, 1), else_=0)
    query = (
        select(times.outlet_id, times.article_id, func.sum(through), func.sum(outermost))
        .where(_attributed(stretch), times.outlet_id.is_not(None))
        .group_by(times.outlet_id, times.article_id)
    )
    return _fetch(connection, query)


def _find_wire(connection: Connection, stretch: Stretch) -> list[_Row]:
    query = (
        select(article_versions.c.article_id)
        .join(derivations, derivations.c.version_id == article_versions.c.id)
        .where(within_time(stretch.since, stretch.until), derivations.c.kind.in_(_WIRE))
        .distinct()
    )
    return _fetch(connection, query)


def _count_entities(connection: Connection, stretch: Stretch, column: ColumnElement[int | None]) -> list[_Row]:
    keys = (entities.c.canonical_id, attribution_times.c.outlet_id)
    query = (
        select(*keys, func.count())
        .select_from(attribution_times)
        .join(entities, entities.c.id == column)
        .where(_attributed(stretch))
        .group_by(*keys)
    )
    return _fetch(connection, query)


def _count_sources(connection: Connection, stretch: Stretch) -> list[_Row]:
    return _count_entities(connection, stretch, attribution_times.c.source_entity_id)


def _count_topics(connection: Connection, stretch: Stretch) -> list[_Row]:
    return _count_entities(connection, stretch, attribution_times.c.topic_id)


def _count_about(connection: Connection, stretch: Stretch) -> list[_Row]:
    query = (
        select(entities.c.canonical_id, func.count())
        .select_from(attribution_times)
        .join(attribution_about, attribution_about.c.attribution_id == attribution_times.c.attribution_id)
        .join(entities, entities.c.id == attribution_about.c.entity_id)
        .where(_attributed(stretch))
        .group_by(entities.c.canonical_id)
    )
    return _fetch(connection, query)


def _count_citations(connection: Connection, stretch: Stretch) -> list[_Row]:
    """Attributions to publications, by the name of the entity where there is one; and articles made from another's."""
    times = attribution_times.c
    cited = func.coalesce(entities.c.name, attributions.c.source_name)
    said = (
        select(times.outlet_id, cited, func.count())
        .select_from(attribution_times)
        .join(attributions, attributions.c.id == times.attribution_id)
        .outerjoin(entities, entities.c.id == times.source_entity_id)
        .where(
            _attributed(stretch),
            times.source_type == SourceType.PUBLICATION,
            times.outlet_id.is_not(None),
            cited.is_not(None),
        )
        .group_by(times.outlet_id, cited)
    )
    origin_version, origin, origin_outlet = article_versions.alias(), articles.alias(), outlets.alias()
    made_from = func.coalesce(derivations.c.from_name, origin_outlet.c.name)
    copied = (
        select(articles.c.outlet_id, made_from, func.count())
        .select_from(article_versions)
        .join(derivations, derivations.c.version_id == article_versions.c.id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(origin_version, origin_version.c.id == derivations.c.from_version_id)
        .outerjoin(origin, origin.c.id == origin_version.c.article_id)
        .outerjoin(origin_outlet, origin_outlet.c.id == origin.c.outlet_id)
        .where(within_time(stretch.since, stretch.until), articles.c.outlet_id.is_not(None), made_from.is_not(None))
        .group_by(articles.c.outlet_id, made_from)
    )
    return _fetch(connection, said) + _fetch(connection, copied)


def _attributed(stretch: Stretch) -> ColumnElement[bool]:
    return attributed_within(stretch.since, stretch.until)


def _fetch(connection: Connection, query: Select[Any]) -> list[_Row]:
    return [list(row) for row in connection.execute(query)]


_COUNT: Mapping[Part, Callable[[Connection, Stretch], list[_Row]]] = {
    Part.OUTLETS: _count_outlets,
    Part.ARTICLES: _count_articles,
    Part.WIRE: _find_wire,
    Part.SOURCES: _count_sources,
    Part.TOPICS: _count_topics,
    Part.ABOUT: _count_about,
    Part.CITATIONS: _count_citations,
}
