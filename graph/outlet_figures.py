"""Outlets: how much of what each prints is its own, relayed or an agency's, whom it cites, and who its sources are.

An article counts once, by its latest reading: as wire, if it was made from an agency's or another outlet's text; as
relayed, if at least half of its attributions are to publications or go through one; else as its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from graph.chains import is_proper_name
from graph.days import Part, load_part
from graph.outlet_names import is_same_outlet
from graph.schema import outlets
from graph.store import Store
from nlp.annotation import SourceType


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
                source_types=tuple(sorted(types[row.id].items(), key=lambda pair: (-pair[1], pair[0]))),
            )
            for row in connection.execute(query)
        ]
    return tuple(sorted(found, key=lambda each: (-each.articles, each.name)))


def list_citations(store: Store, *, since: datetime, until: datetime, limit: int = 200) -> tuple[Citation, ...]:
    """Return who cites whom in this time, the most often first. An outlet that is held goes by its own name."""
    with store.reading() as connection:
        name_of = {row.id: row.name for row in connection.execute(select(outlets.c.id, outlets.c.name))}
        found = [
            (name_of[key], name, times) for key, name, times in load_part(connection, Part.CITATIONS, since, until)
        ]
    names = sorted(name_of.values())
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
    counts: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for outlet_id, article_id, through, outermost in load_part(connection, Part.ARTICLES, since, until):
        sums = counts[outlet_id, article_id]
        sums[0] += through
        sums[1] += outermost
    wire = {article_id for (article_id,) in load_part(connection, Part.WIRE, since, until)}
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for (outlet_id, article_id), (through, outermost) in counts.items():
        kind = "wire" if article_id in wire else "relayed" if through * 2 >= max(outermost, 1) else "own"
        found[outlet_id][kind] += 1
    return found


def _source_types(connection: Connection, since: datetime, until: datetime) -> dict[int, Counter[SourceType]]:
    found: dict[int, Counter[SourceType]] = defaultdict(Counter)
    for outlet_id, _, source_type, number in load_part(connection, Part.OUTLETS, since, until):
        if outlet_id is not None:
            found[outlet_id][SourceType(source_type)] += number
    return found
