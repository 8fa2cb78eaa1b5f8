"""What was read in a version, written into the graph: entities, attributions, claims and derivations.

One annotation is one transaction. Writing it again replaces what the version had before and, if nothing changed,
leaves the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from graph.claim_keys import ClaimKey, claim_key
from graph.derivations import save_derivations, version_query
from graph.failures import clear_failures
from graph.grouping import links_of, regroup_claims, regroup_decided
from graph.identities import Reading, forget_unnamed, identify, lock_identities, name_columns
from graph.identity_groups import chunks, load_contested
from graph.ids import stable_id
from graph.names import fold_letters
from graph.overlaps import forget_overlaps
from graph.rejections import forget_rejected, put_aside, rejected_among
from graph.retractions import forget_notices, save_notices
from graph.rows import insert_new, storable
from graph.schema import (
    aliases,
    annotations_table,
    article_versions,
    attribution_about,
    attribution_spans,
    attributions,
    claim_links,
    claim_members,
    claim_vectors,
    claims,
    derivations,
    entities,
    mentions,
    pipelines,
    rejected_attributions,
)
from graph.signs import Sign, find_signs
from graph.store import Store
from graph.times import credible_time
from nlp.annotation import Annotation, Attribution, Entity, EntityType, Span

# Code points. PostgreSQL refuses index entries of more than 2,704 bytes.
LONGEST_STORED_NAME = 500
ROLES = ("source", "cue", "content", "addressee", "channel")


def save_annotation(
    store: Store, version_id: int, annotation: Annotation, *, pipeline_version: str, now: datetime
) -> None:
    """Store what `pipeline_version` read in a version, in place of what was read there before.

    Raises:
        ValueError: a span does not lie inside the version's text.
    """
    with store.writing(alone=True) as connection:
        version = connection.execute(version_query(version_id)).one()
        _check_spans(version, annotation)
        lock_identities(connection)
        named_before = named_in(connection, version_id)
        forget_annotation(connection, version_id)
        _insert_annotation(connection, version, annotation, pipeline_version, now)
        forget_unnamed(connection, named_before)
        clear_failures(connection, stage="read", items=[version.url])


def attribution_id(version_id: int, attribution: Attribution) -> int:
    """The same words in the same roles of the same version are the same attribution, whoever read them."""
    spans = [getattr(attribution, role) for role in ROLES[:3]]
    return stable_id("attribution", version_id, repr([[tuple(span) for span in role] for role in spans]))


def entity_key(entity: Entity, article_id: int) -> int:
    """Organisations, places and peoples of one name are one; a person is the article's until signs say who it is."""
    parts: list[str | int] = ["entity", entity.type, entity_name(entity.name).casefold()]
    if entity.type is EntityType.PERSON:
        parts.append(article_id)
    return stable_id(*parts)


def entity_row(entity: Entity, key: int, article_id: int) -> dict[str, Any]:
    """Return the row of an entity that is joined with none yet."""
    name = entity_name(entity.name)
    owner = article_id if entity.type is EntityType.PERSON else None
    row = {"id": key, "type": entity.type, "name": name, "canonical_id": key, "article_id": owner}
    return row | name_columns(entity.type, name)


def _insert_annotation(
    connection: Connection, version: Row[Any], annotation: Annotation, pipeline_version: str, now: datetime
) -> None:
    pipeline_id = stable_id("pipeline", pipeline_version)
    insert_new(connection, pipelines, [{"id": pipeline_id, "version": pipeline_version, "first_used_at": now}])
    entity_ids = [entity_key(entity, version.article_id) for entity in annotation.entities]
    was_contested = _insert_entities(connection, version, annotation, entity_ids)
    attribution_ids = [attribution_id(version.id, attribution) for attribution in annotation.attributions]
    _insert_attributions(connection, version.id, annotation, entity_ids, attribution_ids)
    claimed = _insert_claims(connection, version, annotation, attribution_ids)
    save_derivations(connection, version)
    save_notices(connection, version)
    rejected = rejected_among(connection, attribution_ids)
    for key in sorted(rejected):
        put_aside(connection, key)
    believed = [each for each in claimed if attribution_id(version.id, each[0]) not in rejected]
    reading = read_signs(version, annotation, entity_ids, believed)
    identify(connection, reading, was_contested=was_contested, now=now)
    row = {"version_id": version.id, "pipeline_id": pipeline_id, "language": annotation.language, "made_at": now}
    insert_new(connection, annotations_table, [row])


def read_signs(
    version: Row[Any], annotation: Annotation, entity_ids: list[int], claimed: list[tuple[Attribution, ClaimKey]]
) -> Reading:
    """Return what a version says of who is in it, from its annotation and the claims of its attributions."""
    claims_of: dict[int, list[tuple[int, str]]] = {}
    for attribution, key in claimed:
        if attribution.source_entity is not None:
            claims_of.setdefault(attribution.source_entity, []).append((key.claim_id, key.text))
    at = credible_time(version.published_at, version.first_seen_at)
    signs: dict[int, list[Sign]] = {}
    for index, found in find_signs(version.text, annotation, claims_of, at=at).items():
        signs.setdefault(entity_ids[index], []).extend(found)
    return Reading(version_id=version.id, entity_ids=entity_ids, signs=signs)


def _insert_entities(
    connection: Connection, version: Row[Any], annotation: Annotation, entity_ids: list[int]
) -> set[int]:
    """Insert entities, their names and where they stand; return the names that different people had before."""
    found: dict[int, dict[str, Any]] = {}
    names, spans = {}, {}
    for entity, key in zip(annotation.entities, entity_ids, strict=True):
        row = entity_row(entity, key, version.article_id)
        found[key] = min(found.get(key, row), row, key=_name_order)
        for span in entity.mentions:
            alias = entity_name(version.text[span.start : span.end])
            names[key, alias] = {"entity_id": key, "name": alias, "folded": fold_letters(alias)}
            spans[span] = {"version_id": version.id, "start": span.start, "end": span.end, "entity_id": key}
        names[key, row["name"]] = {"entity_id": key, "name": row["name"], "folded": fold_letters(row["name"])}
    people = {row["bucket"] for row in found.values() if row["article_id"] is not None}
    was_contested = load_contested(connection, people - {None})
    insert_new(connection, entities, list(found.values()))
    _agree_on_names(connection, found)
    insert_new(connection, aliases, list(names.values()))
    insert_new(connection, mentions, list(spans.values()))
    return was_contested


def _agree_on_names(connection: Connection, found: dict[int, dict[str, Any]]) -> None:
    """Of the ways to write a name keep one that does not depend on which came first."""
    for chunk in chunks(found):
        for row in connection.execute(select(entities.c.id, entities.c.name).where(entities.c.id.in_(chunk))).all():
            if _name_order(found[row.id]) < _name_order({"name": row.name}):
                connection.execute(entities.update().where(entities.c.id == row.id).values(name=found[row.id]["name"]))


def _name_order(row: dict[str, Any]) -> tuple[bool, str]:
    """Capitals throughout, as in a headline, come last."""
    name = row["name"]
    return name.isupper() or name.islower(), name


def _insert_attributions(
    connection: Connection, version_id: int, annotation: Annotation, entity_ids: list[int], ids: list[int]
) -> None:
    rows, spans, about = {}, [], []
    for attribution, key in zip(annotation.attributions, ids, strict=True):
        if key in rows:
            continue
        rows[key] = _attribution_row(attribution, key, version_id, entity_ids, ids)
        spans += _span_rows(attribution, key)
        ranked = dict.fromkeys(entity_ids[entity] for entity in attribution.about)
        about += [{"attribution_id": key, "rank": rank, "entity_id": entity} for rank, entity in enumerate(ranked)]
    for generation in _outermost_first(rows):
        insert_new(connection, attributions, generation)
    insert_new(connection, attribution_spans, spans)
    insert_new(connection, attribution_about, about)


def _attribution_row(
    attribution: Attribution, key: int, version_id: int, entity_ids: list[int], ids: list[int]
) -> dict[str, Any]:
    parent = None if attribution.parent is None else ids[attribution.parent]
    source = attribution.source_entity
    return {
        "id": key,
        "version_id": version_id,
        "parent_id": None if parent == key else parent,
        "source_entity_id": None if source is None else entity_ids[source],
        "affiliation_id": None if attribution.affiliation is None else entity_ids[attribution.affiliation],
        "source_name": attribution.source_name and storable(attribution.source_name),
        "source_type": attribution.source_type,
        "quotation_type": attribution.quotation_type,
        "attribution_type": attribution.attribution_type,
        "stance": attribution.stance,
        "confidence": attribution.confidence,
        "sentence_start": attribution.sentence.start,
        "sentence_end": attribution.sentence.end,
    }


def _span_rows(attribution: Attribution, key: int) -> list[dict[str, Any]]:
    return [
        {"attribution_id": key, "role": role, "start": span.start, "end": span.end}
        for role in ROLES
        for span in getattr(attribution, role)
    ]


def _outermost_first(rows: dict[int, dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Yield generations: those without a parent, then their children ... A circle of parents is cut."""
    waiting = dict(rows)
    done: set[int | None] = {None}
    while waiting:
        generation = [row for row in waiting.values() if row["parent_id"] in done]
        if not generation:
            generation = [row | {"parent_id": None} for row in waiting.values()]
        yield generation
        done |= {row["id"] for row in generation}
        waiting = {key: row for key, row in waiting.items() if key not in done}


def _insert_claims(
    connection: Connection, version: Row[Any], annotation: Annotation, attribution_ids: list[int]
) -> list[tuple[Attribution, ClaimKey]]:
    """Insert the claims of the attributions; return which belongs to which."""
    keys: dict[int, ClaimKey] = {}
    members: dict[int, dict[str, Any]] = {}
    claimed = []
    for attribution, attribution_key in zip(annotation.attributions, attribution_ids, strict=True):
        key = claim_key(version.text, annotation, attribution)
        if key is None or attribution_key in members:
            continue
        claimed.append((attribution, key))
        keys[key.claim_id] = min(keys.get(key.claim_id, key), key, key=lambda key: key.text)
        members[attribution_key] = {
            "attribution_id": attribution_key, "claim_id": key.claim_id, "reason": key.reason
        }  # fmt: skip
    seen_at = credible_time(version.published_at, version.first_seen_at)
    rows = [
        {
            "id": key.claim_id,
            "text": key.text,
            "canonical_id": key.claim_id,
            "last_seen_at": seen_at,
            "is_topic": key.is_topic,
        }
        for key in keys.values()
    ]
    insert_new(connection, claims, rows)
    regroup_decided(connection, keys)
    _agree_on_claims(connection, rows)
    insert_new(connection, claim_members, list(members.values()))
    return claimed


def _agree_on_claims(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Of the ways to write a claim keep the first in code point order, and its latest time: any order of arrival
    leaves the same row."""
    held = {row.id: row for row in connection.execute(select(claims).where(claims.c.id.in_([r["id"] for r in rows])))}
    for row in rows:
        was = held[row["id"]]
        text, seen_at = min(was.text, row["text"]), max(was.last_seen_at, row["last_seen_at"])
        is_topic = was.is_topic and row["is_topic"]
        if (text, seen_at, is_topic) != (was.text, was.last_seen_at, was.is_topic):
            values = {"text": text, "last_seen_at": seen_at, "is_topic": is_topic}
            connection.execute(claims.update().where(claims.c.id == was.id).values(values))
        if (text, is_topic) != (was.text, was.is_topic):  # its vector and its links were those of another text
            _unlink(connection, [was.id])


def _unlink(connection: Connection, claim_ids: list[int]) -> None:
    """Forget what these claims were found to be to others, and group anew those that they held together."""
    rows = links_of(connection, claim_ids)
    touched = {side for row in rows for side in (row.left_id, row.right_id)}
    touches = claim_links.c.left_id.in_(claim_ids) | claim_links.c.right_id.in_(claim_ids)
    connection.execute(delete(claim_links).where(touches))
    connection.execute(delete(claim_vectors).where(claim_vectors.c.claim_id.in_(claim_ids)))
    if touched:
        regroup_claims(connection, touched)


def named_in(connection: Connection, version_id: int) -> set[int]:
    """The entities that a version was found to speak of, and all people of its article."""
    ours = attributions.c.version_id == version_id
    about = select(attribution_about.c.entity_id).join(
        attributions, attributions.c.id == attribution_about.c.attribution_id
    )
    article = select(article_versions.c.article_id).where(article_versions.c.id == version_id).scalar_subquery()
    queries = (
        select(entities.c.id).where(entities.c.article_id == article),
        select(mentions.c.entity_id).where(mentions.c.version_id == version_id),
        select(attributions.c.source_entity_id).where(ours, attributions.c.source_entity_id.is_not(None)),
        about.where(ours),
        select(attributions.c.affiliation_id).where(ours, attributions.c.affiliation_id.is_not(None)),
    )
    return {key for query in queries for key in connection.execute(query.distinct()).scalars()}


def forget_annotation(connection: Connection, version_id: int) -> None:
    """Take out what was read in a version before, and the claims that nothing else holds up."""
    ours = select(attributions.c.id).where(attributions.c.version_id == version_id)
    touched = select(claim_members.c.claim_id).where(claim_members.c.attribution_id.in_(ours)).distinct()
    claim_ids = sorted(set(connection.execute(touched).scalars()) | forget_rejected(connection, version_id))
    if connection.execute(select(func.count()).select_from(ours.subquery())).scalar_one():
        for table in (claim_members, attribution_about, attribution_spans):
            connection.execute(delete(table).where(table.c.attribution_id.in_(ours)))
        connection.execute(attributions.update().where(attributions.c.version_id == version_id).values(parent_id=None))
        connection.execute(delete(attributions).where(attributions.c.version_id == version_id))
    forget_overlaps(connection, version_id)
    forget_notices(connection, version_id)
    for table in (mentions, derivations, annotations_table):
        connection.execute(delete(table).where(table.c.version_id == version_id))
    if claim_ids:
        held = select(claim_members.c.claim_id).where(claim_members.c.claim_id.in_(claim_ids))
        aside = select(rejected_attributions.c.claim_id).where(rejected_attributions.c.claim_id.in_(claim_ids))
        query = select(claims.c.id).where(
            claims.c.id.in_(claim_ids), claims.c.id.not_in(held), claims.c.id.not_in(aside)
        )
        orphans = list(connection.execute(query).scalars())
        _forget_claims(connection, orphans)


def _forget_claims(connection: Connection, orphans: list[int]) -> None:
    if not orphans:
        return
    same = select(claims.c.id).where(claims.c.canonical_id.in_(orphans) | claims.c.id.in_(orphans))
    others = set(connection.execute(same).scalars())
    others |= {side for row in links_of(connection, orphans) for side in (row.left_id, row.right_id)}
    connection.execute(claims.update().where(claims.c.canonical_id.in_(orphans)).values(canonical_id=claims.c.id))
    connection.execute(delete(claims).where(claims.c.id.in_(orphans)))
    others -= set(orphans)
    if others:
        regroup_claims(connection, others)


def _check_spans(version: Row[Any], annotation: Annotation) -> None:
    spans: list[Span] = [span for entity in annotation.entities for span in entity.mentions]
    spans += [attribution.sentence for attribution in annotation.attributions]
    for span in spans:
        if not 0 <= span.start < span.end <= len(version.text):
            raise ValueError(f"{version.url}: {span} does not lie in its text of {len(version.text)} code points")


def entity_name(name: str) -> str:
    """A name as it is stored: one space between words, and no longer than both databases can look up."""
    return storable(" ".join(name.split()))[:LONGEST_STORED_NAME]
