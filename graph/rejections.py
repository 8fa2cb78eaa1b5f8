"""Attributions that a person has rejected: taken out of the graph, and kept aside, whole, for an undo.

They are in none of the tables that answers come from, so that no query has to leave them out. What stood inside of one
stands inside of what encloses it. A claim that nobody makes any more stays as a row that belongs to no group, with what
it was found to be to others, so that an undo brings it back at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select, update

from graph.grouping import regroup_claims
from graph.identity_groups import chunks, regroup_entities
from graph.rows import insert_new
from graph.schema import (
    article_versions,
    attribution_about,
    attribution_spans,
    attributions,
    claim_members,
    claims,
    decisions,
    entities,
    entity_signs,
    rejected_attributions,
)
from graph.signs import claim_sign
from nlp.annotation import EntityType

_PARTS = (attribution_spans, attribution_about, claim_members)


def rejected_among(connection: Connection, attribution_ids: Iterable[int]) -> set[int]:
    """Return which of these a person has rejected, whether or not they are in the store."""
    found: set[int] = set()
    for chunk in chunks(set(attribution_ids)):
        query = select(decisions.c.left_id).where(
            decisions.c.kind == "attribution", decisions.c.undone_at.is_(None), decisions.c.left_id.in_(chunk)
        )
        found |= set(connection.execute(query).scalars())
    return found


def put_aside(connection: Connection, attribution_id: int) -> None:
    """Take an attribution that is in the store out of the graph."""
    row = connection.execute(select(attributions).where(attributions.c.id == attribution_id)).one()
    inside = select(attributions.c.id).where(attributions.c.parent_id == attribution_id)
    parts = {table.name: _rows_of(connection, table, attribution_id) for table in _PARTS}
    content = {
        "attribution": dict(row._mapping), "inside": list(connection.execute(inside).scalars()), "parts": parts
    }  # fmt: skip
    enclosing = update(attributions).where(attributions.c.parent_id == attribution_id)
    connection.execute(enclosing.values(parent_id=row.parent_id))
    for table in _PARTS:
        connection.execute(delete(table).where(table.c.attribution_id == attribution_id))
    connection.execute(delete(attributions).where(attributions.c.id == attribution_id))
    claim_id = next((each["claim_id"] for each in parts["claim_members"]), None)
    record = {
        "attribution_id": attribution_id, "version_id": row.version_id, "claim_id": claim_id, "content": content
    }  # fmt: skip
    insert_new(connection, rejected_attributions, [record])
    _count_again(connection, row, parts["claim_members"], is_back=False)


def put_back(connection: Connection, attribution_id: int) -> None:
    """Put a rejected attribution into the graph again; nothing if no text that is held has it."""
    aside = rejected_attributions.c.attribution_id == attribution_id
    record = connection.execute(select(rejected_attributions).where(aside)).first()
    if record is None:
        return
    connection.execute(delete(rejected_attributions).where(aside))
    content = record.content
    row = content["attribution"]
    row = row | {"parent_id": _held_or_none(connection, attributions, row["parent_id"])}
    for name in ("source_entity_id", "affiliation_id"):
        row = row | {name: _held_or_none(connection, entities, row.get(name))}
    insert_new(connection, attributions, [row])
    for table in _PARTS:
        rows = content["parts"][table.name]
        if table is attribution_about:
            rows = [each for each in rows if _held_or_none(connection, entities, each["entity_id"]) is not None]
        insert_new(connection, table, rows)
    inside = update(attributions).where(attributions.c.id.in_(content["inside"]))
    connection.execute(inside.values(parent_id=attribution_id))
    back = connection.execute(select(attributions).where(attributions.c.id == attribution_id)).one()
    _count_again(connection, back, content["parts"]["claim_members"], is_back=True)


def forget_rejected(connection: Connection, version_id: int) -> set[int]:
    """Forget what was kept aside of a version, which is about to be read again; return the claims that it made."""
    of_version = rejected_attributions.c.version_id == version_id
    claimed = set(connection.execute(select(rejected_attributions.c.claim_id).where(of_version)).scalars())
    connection.execute(delete(rejected_attributions).where(of_version))
    return claimed - {None}


def load_rejected_words(connection: Connection, attribution_ids: Iterable[int]) -> dict[int, str]:
    """Return the sentences of those of these that are kept aside."""
    found: dict[int, str] = {}
    for chunk in chunks(attribution_ids):
        query = (
            select(rejected_attributions, article_versions.c.text)
            .join(article_versions, article_versions.c.id == rejected_attributions.c.version_id)
            .where(rejected_attributions.c.attribution_id.in_(chunk))
        )
        for row in connection.execute(query):
            place = row.content["attribution"]
            found[row.attribution_id] = row.text[place["sentence_start"] : place["sentence_end"]]
    return found


def _count_again(connection: Connection, row: Row[Any], members: list[dict[str, Any]], *, is_back: bool) -> None:
    """Group anew the claim that it makes, and whom its source was joined with for making it."""
    for member in members:
        regroup_claims(connection, {member["claim_id"]})
        if row.source_entity_id is not None:
            _sign_again(connection, row, member["claim_id"], is_back=is_back)


def _sign_again(connection: Connection, row: Row[Any], claim_id: int, *, is_back: bool) -> None:
    """A source is joined with others who say the same: not by what it does not say."""
    source = connection.execute(select(entities).where(entities.c.id == row.source_entity_id)).one()
    text = connection.execute(select(claims.c.text).where(claims.c.id == claim_id)).scalar_one()
    sign = claim_sign(source.name, claim_id, text)
    also = (
        select(attributions.c.id)
        .join(claim_members, claim_members.c.attribution_id == attributions.c.id)
        .where(
            attributions.c.version_id == row.version_id,
            attributions.c.source_entity_id == source.id,
            attributions.c.id != row.id,
            claim_members.c.claim_id == claim_id,
        )
    )
    if sign is None or source.type != EntityType.PERSON or connection.execute(also).first() is not None:
        return
    mine = {"sign": sign.number, "entity_id": source.id, "version_id": row.version_id}
    if is_back:
        insert_new(connection, entity_signs, [mine | {"score": sign.score}])
        others = select(entity_signs.c.entity_id).where(entity_signs.c.sign == sign.number)
        regroup_entities(connection, set(connection.execute(others).scalars()))
        return
    others = select(entity_signs.c.entity_id).where(entity_signs.c.sign == sign.number)
    touched = set(connection.execute(others).scalars())
    condition = [entity_signs.c[name] == value for name, value in mine.items()]
    connection.execute(delete(entity_signs).where(*condition))
    regroup_entities(connection, touched | {source.id})


def _rows_of(connection: Connection, table: Table, attribution_id: int) -> list[dict[str, Any]]:
    query = select(table).where(table.c.attribution_id == attribution_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def _held_or_none(connection: Connection, table: Table, key: int | None) -> int | None:
    return connection.execute(select(table.c.id).where(table.c.id == key)).scalar() if key is not None else None
