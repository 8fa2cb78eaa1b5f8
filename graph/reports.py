"""Whose report "the report" is: the one publication that the same article has named before.

The words of the hop stay as they are ("the report said"); only whom they mean is filled in, and only where it can be
no other. An article that has named two publications, or none, leaves it unnamed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select

from graph.schema import attributions, entities
from nlp.annotation import SourceType

if TYPE_CHECKING:
    from graph.evidence import AttributionEvidence

_REPORT = re.compile(
    r"(?:the|The) (?:(?P<name>[A-Z][\w'’]*) )?(?:report|newspaper|paper|news agency|news website|magazine|broadcaster)"
)


def name_reports(connection: Connection, items: dict[int, AttributionEvidence]) -> dict[int, AttributionEvidence]:
    """Return `items` with the publication filled in for each source that is a mere "the report"."""
    bare = {
        key: match
        for key, item in items.items()
        if (match := find_bare_report(item.source_entity_id, item.source_name)) is not None
    }
    if not bare:
        return items
    named = _load_publications(connection, {items[key].version.version_id for key in bare})
    return items | {key: _named(items[key], match["name"], named) for key, match in bare.items()}


def find_bare_report(source_entity_id: int | None, source_name: str | None) -> re.Match[str] | None:
    """Return the match of a source that is a mere "the report"; its group "name" is the name in it, if any."""
    return _REPORT.fullmatch(source_name or "") if source_entity_id is None else None


def _named(item: AttributionEvidence, name: str | None, named: list[Row[Any]]) -> AttributionEvidence:
    before = {
        row.entity_id: row.name
        for row in named
        if row.version_id == item.version.version_id and row.sentence_start < item.sentence.start
    }
    if len(before) != 1:
        return item
    ((entity_id, publication),) = before.items()
    if name is not None and name not in publication.split():
        return item
    return replace(item, source_name=publication, source_entity_id=entity_id, source_type=SourceType.PUBLICATION)


def _load_publications(connection: Connection, version_ids: set[int]) -> list[Row[Any]]:
    canonical = entities.alias("canonical")
    query = (
        select(
            attributions.c.version_id,
            attributions.c.sentence_start,
            canonical.c.id.label("entity_id"),
            canonical.c.name,
        )
        .join(entities, entities.c.id == attributions.c.source_entity_id)
        .join(canonical, canonical.c.id == entities.c.canonical_id)
        .where(attributions.c.version_id.in_(version_ids), attributions.c.source_type == SourceType.PUBLICATION)
    )
    return list(connection.execute(query))
