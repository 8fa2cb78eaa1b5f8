"""Outlets: how much of what each prints is its own, relayed or an agency's, whom it cites, and who its sources are.

An article counts once, by its latest reading: as wire, if it was made from an agency's or another outlet's text; as
relayed, if at least half of its attributions are to publications or go through one; else as its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from graph.chains import is_proper_name
from graph.outlet_names import is_same_outlet
from graph.schema import (
    article_versions,
    articles,
    attribution_times,
    attributions,
    derivations,
    entities,
    outlets,
)
from graph.store import Store
from graph.timeline import attributed_within, within_time
from nlp.annotation import SourceType

_WIRE = ("wire_copy", "edited_copy", "press_release")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFigures:
    """`own`, `relayed` and `wire` are numbers of read articles, which add up to `articles`."""

    outlet_id: int
    name: str
    family: str | None
    articles: int
    attributions: int
    own: int
    relayed: int
    wire: int
    source_types: tuple[tuple[SourceType, int], ...]  # the most used first


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`citing` reports what `cited` reports, or prints its text, `times` times."""

    citing: str
    cited: str
    times: int


def list_outlets(store: Store, *, since: datetime, until: datetime) -> tuple[OutletFigures, ...]:
    """Return the outlets of which an article of this time was read, those with the most articles first."""
    with store.reading() as connection:
        kinds = _kinds_of_articles(connection, since, until)
        types = _source_types(connection, since, until)
        query = select(outlets).where(outlets.c.id.in_(kinds.keys()))
        found = [
            OutletFigures(
                outlet_id=row.id,
                name=row.name,
                family=row.family,
                articles=kinds[row.id].total(),
                attributions=sum(types[row.id].values()),
                own=kinds[row.id]["own"],
                relayed=kinds[row.id]["relayed"],
                wire=kinds[row.id]["wire"],
                source_types=tuple(types[row.id].most_common()),
            )
            for row in connection.execute(query)
        ]
    return tuple(sorted(found, key=lambda each: (-each.articles, each.name)))


def list_citations(store: Store, *, since: datetime, until: datetime, limit: int = 200) -> tuple[Citation, ...]:
    """Return who cites whom in this time, the most often first. An outlet that is held goes by its own name."""
    with store.reading() as connection:
        found = [*_cited(connection, since, until), *_copied(connection, since, until)]
        names = sorted(connection.execute(select(outlets.c.name)).scalars())
    own_name = {
        cited: next((name for name in names if is_same_outlet(cited, name)), cited)
        for cited in {cited for _, cited, _ in found}
        if is_proper_name(cited)
    }
    merged: Counter[tuple[str, str]] = Counter()
    for citing, cited, times in found:
        if cited in own_name and citing != own_name[cited]:
            merged[citing, own_name[cited]] += times
    ordered = sorted(merged.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return tuple(Citation(citing=citing, cited=cited, times=times) for (citing, cited), times in ordered)


def _kinds_of_articles(connection: Connection, since: datetime, until: datetime) -> dict[int, Counter[str]]:
    times = attribution_times.c
    through = case((times.source_type == SourceType.PUBLICATION, 1), else_=0)
    query = (
        select(
            times.outlet_id,
            times.article_id,
            func.sum(through).label("through"),
            # Of nested attributions the outer one decides: "Reuters reported that X said" is Reuters'.
            func.sum(case((times.is_outermost, 1), else_=0)).label("outermost"),
        )
        .where(attributed_within(since, until), times.outlet_id.is_not(None))
        .group_by(times.outlet_id, times.article_id)
    )
    wire = _wire_articles(connection, since, until)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for outlet_id, article_id, relayed, outermost in connection.execute(query):
        kind = "wire" if article_id in wire else "relayed" if relayed * 2 >= max(outermost, 1) else "own"
        found[outlet_id][kind] += 1
    return found


def _wire_articles(connection: Connection, since: datetime, until: datetime) -> set[int]:
    query = (
        select(article_versions.c.article_id)
        .join(derivations, derivations.c.version_id == article_versions.c.id)
        .where(within_time(since, until), derivations.c.kind.in_(_WIRE))
        .distinct()
    )
    return set(connection.execute(query).scalars())


def _source_types(connection: Connection, since: datetime, until: datetime) -> dict[int, Counter[SourceType]]:
    times = attribution_times.c
    query = (
        select(times.outlet_id, times.source_type, func.count().label("number"))
        .where(attributed_within(since, until), times.outlet_id.is_not(None))
        .group_by(times.outlet_id, times.source_type)
    )
    found: dict[int, Counter[SourceType]] = defaultdict(Counter)
    for row in connection.execute(query):
        found[row.outlet_id][SourceType(row.source_type)] = row.number
    return found


def _cited(connection: Connection, since: datetime, until: datetime) -> Iterable[tuple[str, str, int]]:
    """Attributions to publications, by the name of the entity where there is one."""
    times = attribution_times.c
    cited = func.coalesce(entities.c.name, attributions.c.source_name)
    query = (
        select(outlets.c.name, cited, func.count())
        .select_from(attribution_times)
        .join(outlets, outlets.c.id == times.outlet_id)
        .join(attributions, attributions.c.id == times.attribution_id)
        .outerjoin(entities, entities.c.id == times.source_entity_id)
        .where(attributed_within(since, until), times.source_type == SourceType.PUBLICATION, cited.is_not(None))
        .group_by(outlets.c.name, cited)
    )
    return [(citing, name, number) for citing, name, number in connection.execute(query)]


def _copied(connection: Connection, since: datetime, until: datetime) -> Iterable[tuple[str, str, int]]:
    """Articles that are made from an agency's or another outlet's."""
    origin_version, origin, origin_outlet = article_versions.alias(), articles.alias(), outlets.alias()
    cited = func.coalesce(derivations.c.from_name, origin_outlet.c.name)
    query = (
        select(outlets.c.name, cited, func.count())
        .select_from(article_versions)
        .join(derivations, derivations.c.version_id == article_versions.c.id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .join(outlets, outlets.c.id == articles.c.outlet_id)
        .outerjoin(origin_version, origin_version.c.id == derivations.c.from_version_id)
        .outerjoin(origin, origin.c.id == origin_version.c.article_id)
        .outerjoin(origin_outlet, origin_outlet.c.id == origin.c.outlet_id)
        .where(within_time(since, until), cited.is_not(None))
        .group_by(outlets.c.name, cited)
    )
    return [(citing, name, times) for citing, name, times in connection.execute(query)]
