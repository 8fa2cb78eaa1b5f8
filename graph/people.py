"""People and organisations: who there is, and of one of them whom it speaks to, with whom it is quoted, and when.

What one said and what is said about it is `graph.browsing.view_entity`. All counts start from the attributions of one
entity; of one that is in everything, the latest `_LATEST` are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from graph.browsing import resolve_id
from graph.days import load_entities, load_most_quoted
from graph.evidence import AttributionEvidence, load_attributions
from graph.frequent import Side, canonical_of, find_latest, load_few, load_few_of
from graph.ids import Kind
from graph.names import fold_letters
from graph.rows import in_chunks
from graph.schema import (
    aliases,
    article_versions,
    articles,
    attribution_about,
    attribution_spans,
    attributions,
    entities,
    mentions,
    outlets,
)
from graph.store import Store
from graph.times import sql_time
from nlp.annotation import EntityType

_LATEST = 500
_SHOWN = 50
_PLACES = 250  # the latest mentions, of which some are shown
# Versions that are looked through for mentions of one that is in everything, and how many of them at once.
_NEWEST_VERSIONS = 2000
_VERSIONS_AT_ONCE = 250
_BEGINNINGS = 200  # names that begin as was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntity:
    entity_id: int
    name: str
    type: EntityType
    said: int
    about: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Another entity, and in how many articles, or attributions, the two meet."""

    entity_id: int
    name: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Where a name was resolved to the entity: the words of the text, the article, and the entity's own name there."""

    words: str
    article_id: int
    title: str
    outlet: str | None
    at: datetime
    member_id: int
    member_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One entity. `said` and `about` are numbers of attributions; the lists are the latest first, or the most."""

    entity_id: int
    name: str
    type: EntityType
    said: int
    about: int
    aliases: tuple[str, ...]
    latest_said: tuple[AttributionEvidence, ...]
    latest_about: tuple[AttributionEvidence, ...]
    addressees: tuple[tuple[str, int], ...]
    companions: tuple[Companion, ...]
    spoke_about: tuple[Companion, ...]
    namings: tuple[Naming, ...]
    members: tuple[tuple[int, str], ...]  # what was made one: ids and names, by name
    member_count: int  # more than one after a merge


def list_entities(store: Store, beginning: str = "", *, limit: int = 100) -> Sequence[ListedEntity]:
    """Return the entities of which a name, or a word of it, begins so; without a beginning the most quoted."""
    with store.reading() as connection:
        if beginning.strip():
            counts = dict.fromkeys(named := _named(connection, beginning), (0, 0)) | load_entities(connection, named)
        else:
            counts = load_most_quoted(connection, limit)
        query = select(entities.c.id, entities.c.name, entities.c.type)
        rows = in_chunks(connection, query, entities.c.id, counts)
        found = [
            ListedEntity(
                entity_id=row.id,
                name=row.name,
                type=EntityType(row.type),
                said=counts[row.id][0],
                about=counts[row.id][1],
            )
            for row in rows
        ]
    return sorted(found, key=lambda each: (-each.said, -each.about, each.name))[:limit]


def load_profile(store: Store, text: str) -> Profile:
    """Return the entity that `text`, a shown id or the beginning of one, means.

    Raises:
        NotFound: none, or more than one.
    """
    with store.reading() as connection:
        entity_id = resolve_id(connection, Kind.ENTITY, text)
        own = connection.execute(select(entities).where(entities.c.id == entity_id)).one()
        said, about = (_latest(connection, entity_id, side) for side in (Side.SAID, Side.ABOUT))
        counts = load_entities(connection, [entity_id]).get(entity_id, (0, 0))
        names = select(aliases.c.name).where(aliases.c.entity_id.in_(_group(entity_id))).distinct()
        members = select(entities.c.id, entities.c.name).where(entities.c.canonical_id == entity_id)
        first = members.order_by(entities.c.name, entities.c.id).limit(_SHOWN)
        return Profile(
            entity_id=entity_id,
            name=own.name,
            type=EntityType(own.type),
            said=counts[0],
            about=counts[1],
            aliases=tuple(connection.execute(names.order_by(aliases.c.name).limit(_SHOWN)).scalars()),
            latest_said=_load(connection, said[:_SHOWN]),
            latest_about=_load(connection, about[:_SHOWN]),
            addressees=_addressees(connection, said),
            companions=_companions(connection, said, entity_id),
            spoke_about=_spoke_about(connection, said, entity_id),
            namings=_namings(connection, entity_id),
            members=tuple((row.id, row.name) for row in connection.execute(first)),
            member_count=connection.execute(select(func.count()).select_from(members.subquery())).scalar_one(),
        )


def _named(connection: Connection, beginning: str) -> list[int]:
    """By the index on folded names: those that begin so, else those of which a later word does."""
    folded = fold_letters(beginning)
    last = folded + "\U0010ffff"
    query = (
        select(entities.c.canonical_id)
        .join(aliases, aliases.c.entity_id == entities.c.id)
        .where(aliases.c.folded >= folded, aliases.c.folded < last)
        .distinct()
        .limit(_BEGINNINGS)
    )
    found = list(connection.execute(query).scalars())
    if found:
        return found
    within = (
        select(entities.c.canonical_id)
        .join(aliases, aliases.c.entity_id == entities.c.id)
        .where(aliases.c.folded.contains(f" {folded}", autoescape=True))
        .distinct()
        .limit(_BEGINNINGS)
    )
    return list(connection.execute(within).scalars())


def _group(entity_id: int) -> Select[Any]:
    """The ids of all that stand for it."""
    return select(entities.c.id).where(entities.c.canonical_id == entity_id)


def _latest(connection: Connection, entity_id: int, side: Side) -> list[int]:
    return [key for _, key in find_latest(connection, entity_id, side, limit=_LATEST)]


def _load(connection: Connection, ids: list[int]) -> tuple[AttributionEvidence, ...]:
    found = load_attributions(connection, ids)
    return tuple(found[key] for key in ids)


def _addressees(connection: Connection, said: list[int]) -> tuple[tuple[str, int], ...]:
    """To whom it was said, in the words of the texts."""
    length = attribution_spans.c.end - attribution_spans.c.start
    query = (
        select(func.substr(article_versions.c.text, attribution_spans.c.start + 1, length).label("words"))
        .join(attributions, attributions.c.id == attribution_spans.c.attribution_id)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .where(attribution_spans.c.role == "addressee")
    )
    rows = in_chunks(connection, query, attribution_spans.c.attribution_id, said)
    counts = Counter(" ".join(row.words.split()) for row in rows)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN])


def _companions(connection: Connection, said: list[int], entity_id: int) -> tuple[Companion, ...]:
    """Who is quoted in the same articles."""
    versions = select(attributions.c.version_id)
    version_ids = {row.version_id for row in in_chunks(connection, versions, attributions.c.id, said)}
    query = (
        select(attributions.c.version_id, attributions.c.source_entity_id)
        .join(entities, entities.c.id == attributions.c.source_entity_id)
        .where(entities.c.canonical_id != entity_id)
        .distinct()
    )
    rows = in_chunks(connection, query, attributions.c.version_id, version_ids)
    counts = Counter(row.source_entity_id for row in rows)
    return _named_companions(connection, counts)


def _spoke_about(connection: Connection, said: list[int], entity_id: int) -> tuple[Companion, ...]:
    query = (
        select(attribution_about.c.entity_id)
        .join(entities, entities.c.id == attribution_about.c.entity_id)
        .where(entities.c.canonical_id != entity_id)
    )
    counts = Counter(row.entity_id for row in in_chunks(connection, query, attribution_about.c.attribution_id, said))
    return _named_companions(connection, counts)


def _named_companions(connection: Connection, counts: Counter[int]) -> tuple[Companion, ...]:
    canonical = entities.alias("canonical")
    query = select(entities.c.id, canonical.c.id.label("canonical_id"), canonical.c.name).join(
        canonical, canonical.c.id == entities.c.canonical_id
    )
    most = [key for key, _ in counts.most_common(_SHOWN * 2)]
    totals: Counter[tuple[int, str]] = Counter()
    for row in in_chunks(connection, query, entities.c.id, most):
        totals[row.canonical_id, row.name] += counts[row.id]
    ordered = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Companion(entity_id=key, name=name, times=times) for (key, name), times in ordered[:_SHOWN])


def _namings(connection: Connection, entity_id: int) -> tuple[Naming, ...]:
    """The latest places where a text names it, one an article and wording, with what it was known as there."""
    length = mentions.c.end - mentions.c.start
    query = (
        select(
            func.substr(article_versions.c.text, mentions.c.start + 1, length).label("words"),
            article_versions.c.article_id,
            article_versions.c.title,
            outlets.c.name.label("outlet"),
            sql_time().label("at"),
            mentions.c.entity_id.label("member_id"),
            entities.c.name.label("member_name"),
            mentions.c.version_id,
            mentions.c.start,
        )
        .join(article_versions, article_versions.c.id == mentions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .join(entities, entities.c.id == mentions.c.entity_id)
        .where(canonical_of(mentions.c.entity_id) == entity_id)
    )
    places = _latest_places(connection, entity_id)
    found = {
        (row.version_id, row.start): row
        for row in in_chunks(connection, query, mentions.c.version_id, (version_id for version_id, _ in places))
    }
    first: dict[tuple[int, str], Naming] = {}
    for row in (found[place] for place in places):
        naming = Naming(**{name: row._mapping[name] for name in Naming.__slots__})
        first.setdefault((naming.article_id, naming.words), naming)
    return tuple(first.values())[:_SHOWN]


def _latest_places(connection: Connection, entity_id: int) -> list[tuple[int, int]]:
    """Version and start of the latest mentions; of one that is in everything they are in the newest versions."""
    few = _few_places(connection, entity_id)
    if few is not None:
        seen = select(article_versions.c.id, article_versions.c.first_seen_at)
        rows = in_chunks(connection, seen, article_versions.c.id, (row.version_id for row in few))
        seen_at = {row.id: row.first_seen_at for row in rows}
        return _by_sight(few, lambda version_id: (seen_at[version_id], version_id))
    newest = select(article_versions.c.id).order_by(*_NEWEST_FIRST).limit(_NEWEST_VERSIONS)
    rank = {version_id: -place for place, version_id in enumerate(connection.execute(newest).scalars())}
    found: list[tuple[int, int]] = []
    for start in range(0, len(rank), _VERSIONS_AT_ONCE):
        some = list(rank)[start : start + _VERSIONS_AT_ONCE]
        among = _ALL_PLACES.where(mentions.c.version_id.in_(some), canonical_of(mentions.c.entity_id) == entity_id)
        found += _by_sight(connection.execute(among), rank.__getitem__)
        if len(found) >= _PLACES:
            return found[:_PLACES]
    own = _ALL_PLACES.where(mentions.c.entity_id.in_(_group(entity_id)))
    seen_first = own.join(article_versions, article_versions.c.id == mentions.c.version_id).order_by(
        *_NEWEST_FIRST, mentions.c.start
    )
    return [(row.version_id, row.start) for row in connection.execute(seen_first.limit(_PLACES))]


_ALL_PLACES = select(mentions.c.version_id, mentions.c.start)
_NEWEST_FIRST = article_versions.c.first_seen_at.desc(), article_versions.c.id.desc()


def _by_sight(places: Iterable[Row[Any]], rank_of: Callable[[int], Any]) -> list[tuple[int, int]]:
    """The first of them: by the rank of their version, the highest first, then from the beginning of the text."""
    by_start = sorted(((row.version_id, row.start) for row in places), key=lambda place: place[1])
    return sorted(by_start, key=lambda place: rank_of(place[0]), reverse=True)[:_PLACES]


def _few_places(connection: Connection, entity_id: int) -> Sequence[Row[Any]] | None:
    """All mentions, or `None` where they are many."""
    members = load_few(connection, _group(entity_id))
    if members is None:  # of a person, each an article's
        return None
    return load_few_of(connection, _ALL_PLACES, mentions.c.entity_id, (member for (member,) in members))
