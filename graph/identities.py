"""Who is who across articles: what an article says of its people becomes signs, and whoever shares one is the same.

The way of an entity after `graph.annotating`: signs (`graph.signs`) → `entity_signs` → `canonical_id`. What the
machine joins or keeps apart is a row in `decisions` as well, so that people can read why and take it back. An article
touches its own people and those who share a sign with them; only where a name changed its meaning or something keeps
people apart is all that hangs together computed again (`graph.identity_groups`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from graph.identity_groups import (
    MACHINE,
    SAME_NAME,
    SHORT_FOR,
    chunks,
    connected_with,
    decisions_on,
    fullness,
    keeps_apart,
    load_contested,
    regroup_entities,
)
from graph.ids import stable_id
from graph.joining import pair_of
from graph.locks import Lock
from graph.names import MOST_LETTERS, core_of, is_acronym, read_person, spells
from graph.rows import insert_new
from graph.schema import aliases, attribution_about, attributions, decisions, entities, entity_signs, mentions
from graph.signs import Sign
from nlp.annotation import EntityType

_SIDE_BY_SIDE = "one article names them side by side"
_SAME_NAME_WORDS = "the same name, but for its legal form or how it is written"
_SHORT_FOR_WORDS = "introduced in an article as its short form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one article says of who is in it: `signs` by entity id."""

    version_id: int
    entity_ids: Sequence[int]
    signs: Mapping[int, Sequence[Sign]]


@dataclass(frozen=True, slots=True)
class _Join:
    """Why one of an article is somebody whom the store holds already."""

    entity_id: int
    other_id: int
    score: float
    words: str


def name_columns(kind: EntityType, name: str) -> dict[str, Any]:
    """Return the columns of an entity that say which names could mean the same."""
    if kind is EntityType.PERSON:
        person = read_person(name)
        if person is None:
            return {"bucket": None, "variant": ""}
        return {"bucket": stable_id("name", kind, person.key), "variant": person.middle}
    core = core_of(name)
    return {"bucket": stable_id("name", kind, core) if core else None, "variant": ""}


def lock_identities(connection: Connection) -> None:
    """Wait until no other transaction joins entities: two that do not see each other would miss what they share."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(Lock.IDENTITIES)))


def identify(connection: Connection, reading: Reading, *, was_contested: set[int], now: datetime) -> None:
    """Join those whom an article names with those held already. Its entities are in the store, its signs are not yet.

    `was_contested` are the names under which different people were held before (`load_contested`).
    """
    held = _load(connection, reading.entity_ids)
    lost, again = _save_signs(connection, reading)
    buckets = {row.bucket for row in held.values() if row.type == EntityType.PERSON and row.bucket is not None}
    contested = load_contested(connection, buckets)
    turned = contested ^ (was_contested & buckets)
    turned_people = _all_named(connection, turned)
    again |= turned_people
    again |= _keep_apart_side_by_side(connection, held, now)
    plain = {key for key in reading.signs if held[key].bucket not in contested}
    found = _find_people(connection, reading, plain)
    found += _find_people(connection, reading, reading.signs.keys() - plain, same_variant=True)
    found += _find_named_alike(connection, held)
    again |= _needing_all(connection, held, found)
    _join_plainly(connection, [join for join in found if join.entity_id not in again])
    if again:
        regroup_entities(connection, again)
        found += _find_people(connection, reading, again & reading.signs.keys(), within_group=True)
    _log_joins(connection, found, now)
    _withdraw_joins(connection, lost | turned_people, now)


def forget_signs(connection: Connection, version_id: int) -> None:
    """Take out what a version says of people; those whom only this joined come apart."""
    _, around = _save_signs(connection, Reading(version_id=version_id, entity_ids=(), signs={}))
    if around:
        regroup_entities(connection, around)


def forget_unnamed(connection: Connection, entity_ids: Iterable[int]) -> None:
    """Take out those of these entities that no article names any more; what they held together is grouped anew."""
    ids = sorted(set(entity_ids))
    gone = set(ids)
    for column in (
        mentions.c.entity_id,
        attributions.c.source_entity_id,
        attributions.c.affiliation_id,
        attribution_about.c.entity_id,
        entity_signs.c.entity_id,
    ):
        for chunk in chunks(ids):
            gone -= set(connection.execute(select(column).where(column.in_(chunk)).distinct()).scalars())
    if not gone:
        return
    rows = _load(connection, gone)
    people = {row.bucket for row in rows.values() if row.type == EntityType.PERSON and row.bucket is not None}
    around = connected_with(connection, gone)
    was_contested = load_contested(connection, people)
    for chunk in chunks(gone):
        left_behind = update(entities).where(entities.c.canonical_id.in_(chunk))
        connection.execute(left_behind.values(canonical_id=entities.c.id))
        connection.execute(delete(aliases).where(aliases.c.entity_id.in_(chunk)))
        connection.execute(delete(entities).where(entities.c.id.in_(chunk)))
    around |= _all_named(connection, was_contested - load_contested(connection, people))
    regroup_entities(connection, around - gone)


def _save_signs(connection: Connection, reading: Reading) -> tuple[set[int], set[int]]:
    """Put the signs of a version in place of those it had; return who lost some, and all around these."""
    of_version = entity_signs.c.version_id == reading.version_id
    query = select(entity_signs.c.sign, entity_signs.c.entity_id).where(of_version)
    had = {(row.sign, row.entity_id) for row in connection.execute(query)}
    rows = {
        (sign.number, key): {
            "sign": sign.number, "entity_id": key, "version_id": reading.version_id, "score": sign.score
        }
        for key, signs in reading.signs.items()
        for sign in signs
    }  # fmt: skip
    gone = had - rows.keys()
    lost = {key for _, key in gone}
    around = connected_with(connection, lost) if lost else set()
    for key in lost:
        for chunk in chunks(sign for sign, each in gone if each == key):
            these = of_version & (entity_signs.c.entity_id == key) & entity_signs.c.sign.in_(chunk)
            connection.execute(delete(entity_signs).where(these))
    insert_new(connection, entity_signs, [row for key, row in rows.items() if key not in had])
    return lost, around


def _find_people(
    connection: Connection,
    reading: Reading,
    keys: Iterable[int],
    *,
    same_variant: bool = False,
    within_group: bool = False,
) -> list[_Join]:
    """For each sign of these people of an article one who has it as well: the first by id, which stands for all.

    `same_variant` looks only at those of the same middle name, `within_group` at those who are one with them.
    """
    own, other = entity_signs.alias("own"), entity_signs.alias("other")
    me, they = entities.alias("me"), entities.alias("they")
    having = select(other.c.entity_id).where(other.c.sign == own.c.sign, other.c.entity_id != own.c.entity_id)
    if same_variant or within_group:
        having = having.join(they, they.c.id == other.c.entity_id).join(me, me.c.id == own.c.entity_id)
        same = (they.c.variant == me.c.variant) if same_variant else (they.c.canonical_id == me.c.canonical_id)
        having = having.where(same)
    first = having.order_by(other.c.entity_id).limit(1).correlate(own).scalar_subquery()
    signs = {(key, sign.number): sign for key, each in reading.signs.items() for sign in each}
    found: list[_Join] = []
    for chunk in chunks(keys):
        query = select(own.c.entity_id, own.c.sign, first.label("other_id")).where(
            own.c.version_id == reading.version_id, own.c.entity_id.in_(chunk)
        )
        for row in connection.execute(query):
            if row.other_id is not None:
                sign = signs[row.entity_id, row.sign]
                found.append(_Join(row.entity_id, row.other_id, sign.score, sign.words))
    return _best_each(connection, found, within_group=within_group)


def _best_each(connection: Connection, found: Sequence[_Join], *, within_group: bool = False) -> list[_Join]:
    """Of the joins with one group the one that says most; those with the own group are none, unless asked for."""
    canonical = _canonical_of(connection, {side for join in found for side in (join.entity_id, join.other_id)})
    best: dict[tuple[int, int], _Join] = {}
    for join in sorted(found, key=lambda join: (-join.score, join.other_id, join.words)):
        if (canonical[join.entity_id] == canonical[join.other_id]) is within_group:
            best.setdefault((join.entity_id, canonical[join.other_id]), join)
    return list(best.values())


def _find_named_alike(connection: Connection, held: Mapping[int, Row[Any]]) -> list[_Join]:
    """Organisations and places of an article whose name, written otherwise, or short form is held apart from them."""
    found: list[_Join] = []
    for chunk in chunks(key for key, row in held.items() if row.type != EntityType.PERSON):
        found += [_Join(row.id, row.other_id, SAME_NAME, _SAME_NAME_WORDS) for row in connection.execute(_alike(chunk))]
        for row in connection.execute(_shortened(chunk)):
            short, long = sorted((row.name, row.other_name), key=is_acronym, reverse=True)
            if is_acronym(row.alias) and is_acronym(short) and not is_acronym(long) and spells(row.alias, long):
                found.append(_Join(row.id, row.other_id, SHORT_FOR, _SHORT_FOR_WORDS))
    return _best_each(connection, found)


def _alike(entity_ids: list[int]) -> Select[Any]:
    mine, other = entities.alias("mine"), entities.alias("other")
    return (
        select(mine.c.id, other.c.id.label("other_id"))
        .join(other, (other.c.bucket == mine.c.bucket) & (other.c.canonical_id != mine.c.canonical_id))
        .where(mine.c.id.in_(entity_ids))
    )


def _shortened(entity_ids: list[int]) -> Select[Any]:
    """Pairs of organisations that texts call by one acronym."""
    mine, other, called = entities.alias("mine"), entities.alias("other"), aliases.alias("called")
    is_capitals = (aliases.c.name == func.upper(aliases.c.name)) & (func.length(aliases.c.name) <= MOST_LETTERS)
    return (
        select(mine.c.id, mine.c.name, aliases.c.name.label("alias"), other.c.id.label("other_id"),
               other.c.name.label("other_name"))
        .join(aliases, (aliases.c.entity_id == mine.c.id) & is_capitals)
        .join(called, (called.c.folded == aliases.c.folded) & (called.c.entity_id != mine.c.id))
        .join(other, (other.c.id == called.c.entity_id) & (other.c.canonical_id != mine.c.canonical_id))
        .where(mine.c.id.in_(entity_ids), mine.c.type == EntityType.ORG, other.c.type == EntityType.ORG)
    )  # fmt: skip


def _needing_all(connection: Connection, held: Mapping[int, Row[Any]], found: Sequence[_Join]) -> set[int]:
    """Those for whom one look is not enough: decided on by people, named alike, or joined with some kept apart."""
    decided = {side for row in decisions_on(connection, held) for side in (row.left_id, row.right_id)}
    named = {join.entity_id for join in found if held[join.entity_id].type != EntityType.PERSON}
    canonical = _canonical_of(connection, {side for join in found for side in (join.entity_id, join.other_id)})
    kept = _kept_apart_among(connection, set(canonical.values()))
    divided = {join.entity_id for join in found if kept & {canonical[join.entity_id], canonical[join.other_id]}}
    return (decided & held.keys()) | named | divided


def _kept_apart_among(connection: Connection, groups: set[int]) -> set[int]:
    """Of these groups those of which a decision keeps somebody apart from somebody."""
    found: set[int] = set()
    for side in (decisions.c.left_id, decisions.c.right_id):
        for chunk in chunks(groups):
            query = (
                select(entities.c.canonical_id)
                .join(decisions, side == entities.c.id)
                .where(decisions.c.kind == "entity", keeps_apart(), entities.c.canonical_id.in_(chunk))
                .distinct()
            )
            found |= set(connection.execute(query).scalars())
    return found


def _join_plainly(connection: Connection, found: Sequence[_Join]) -> None:
    """Make one group of those of each join: nothing keeps them apart."""
    for join in sorted(found, key=lambda join: (join.entity_id, join.other_id)):
        ids = set(_canonical_of(connection, {join.entity_id, join.other_id}).values())
        if len(ids) == 2:
            rows = _load(connection, ids)
            first, second = sorted(rows.values(), key=fullness)
            into = update(entities).where(entities.c.canonical_id == second.id)
            connection.execute(into.values(canonical_id=first.id))


def _keep_apart_side_by_side(connection: Connection, held: Mapping[int, Row[Any]], now: datetime) -> set[int]:
    """ "James Thomas" and "Thomas James" in one article are two: a split, which people may undo."""
    turned: dict[int, list[tuple[int, bool]]] = {}
    for key, row in sorted(held.items()):
        person = read_person(row.name) if row.type == EntityType.PERSON else None
        if person is not None:
            turned.setdefault(row.bucket, []).append((key, person.is_turned))
    pairs = [
        (left, right)
        for people in turned.values()
        for at, (left, is_turned) in enumerate(people)
        for right, is_other_turned in people[at + 1 :]
        if is_turned is not is_other_turned
    ]
    if not pairs:
        return set()
    known = _known_pairs(connection, {side for pair in pairs for side in pair}, "split")
    new = [pair for pair in pairs if pair not in known]
    _insert_decisions(connection, "split", [(*pair, None, _SIDE_BY_SIDE) for pair in new], now)
    return {side for pair in pairs for side in pair}


def _log_joins(connection: Connection, found: Sequence[_Join], now: datetime) -> None:
    """Write down which joins came about, each once."""
    canonical = _canonical_of(connection, {side for join in found for side in (join.entity_id, join.other_id)})
    known = _known_pairs(connection, {join.entity_id for join in found}, "merge")
    logged = {side for pair in known for side in pair}
    new: dict[tuple[int, int], _Join] = {}
    for join in found:
        is_one = canonical[join.entity_id] == canonical[join.other_id]
        if is_one and join.entity_id not in logged:
            new.setdefault(pair_of(join.other_id, join.entity_id), join)
    rows = [(join.other_id, join.entity_id, join.score, join.words) for join in new.values()]
    _insert_decisions(connection, "merge", rows, now)


def _known_pairs(connection: Connection, sides: Iterable[int], action: str) -> set[tuple[int, int]]:
    """Pairs on which the machine has decided so, but for what it took back by itself."""
    found: set[tuple[int, int]] = set()
    for chunk in chunks(sides):
        query = select(decisions.c.left_id, decisions.c.right_id).where(
            decisions.c.kind == "entity",
            decisions.c.action == action,
            decisions.c.who == MACHINE,
            decisions.c.undone_by.is_(None) | (decisions.c.undone_by != MACHINE),
            decisions.c.right_id.in_(chunk) | decisions.c.left_id.in_(chunk),
        )
        found |= {(row.left_id, row.right_id) for row in connection.execute(query)}
    return found


def _insert_decisions(
    connection: Connection, action: str, rows: Sequence[tuple[int, int, float | None, str]], now: datetime
) -> None:
    made = [
        {
            "kind": "entity", "action": action, "left_id": left, "right_id": right, "who": MACHINE, "why": why,
            "score": score, "decided_at": now
        }
        for left, right, score, why in rows
    ]  # fmt: skip
    if made:
        connection.execute(decisions.insert(), made)


def _withdraw_joins(connection: Connection, things: set[int], now: datetime) -> None:
    """Mark the machine's joins of these that no sign holds up any more."""
    for chunk in chunks(things):
        query = select(decisions).where(
            decisions.c.kind == "entity",
            decisions.c.action == "merge",
            decisions.c.who == MACHINE,
            decisions.c.undone_at.is_(None),
            decisions.c.right_id.in_(chunk) | decisions.c.left_id.in_(chunk),
        )
        rows = connection.execute(query).all()
        canonical = _canonical_of(connection, {side for row in rows for side in (row.left_id, row.right_id)})
        fallen = [row.id for row in rows if canonical.get(row.left_id) != canonical.get(row.right_id, -1)]
        gone = update(decisions).where(decisions.c.id.in_(fallen))
        connection.execute(gone.values(undone_at=now, undone_by=MACHINE))


def _all_named(connection: Connection, buckets: set[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(buckets):
        found |= set(connection.execute(select(entities.c.id).where(entities.c.bucket.in_(chunk))).scalars())
    return found


def _canonical_of(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in chunks(keys):
        query = select(entities.c.id, entities.c.canonical_id).where(entities.c.id.in_(chunk))
        found |= {row.id: row.canonical_id for row in connection.execute(query)}
    return found


def _load(connection: Connection, keys: Iterable[int]) -> dict[int, Row[Any]]:
    held: dict[int, Row[Any]] = {}
    for chunk in chunks(set(keys)):
        held |= {row.id: row for row in connection.execute(select(entities).where(entities.c.id.in_(chunk)))}
    return held
