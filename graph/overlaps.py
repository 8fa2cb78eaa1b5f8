"""Which versions share text: the sample of each text's shingles in the store, and the pairs that it finds.

A pair is found when the second of the two is read, whichever that is. Versions of one article are not compared: they
are one story's own history.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from graph.copies import Overlap, judge, longest_shared, measure, sample, shingle
from graph.rows import insert_new
from graph.schema import article_versions, shingles, text_overlaps

# A run of words that more versions have than this is boilerplate, and would make every article near every other.
_BOILERPLATE = 200
# So many sampled shingles must be shared to look closer; one is chance.
_LEAST_SAMPLED = 2
# The most versions that a new one is measured against, those with the most shared shingles first.
_CANDIDATES = 40


def find_overlaps(connection: Connection, version: Row[Any]) -> list[Row[Any]]:
    """Record which held versions share text with this one; return all that do, also from before."""
    ours = shingle(version.text)
    sampled = sample(ours)
    insert_new(connection, shingles, [{"hash": each, "version_id": version.id} for each in sampled])
    rows = []
    for other in connection.execute(_texts_query(_candidates(connection, version.id, sampled), version.article_id)):
        row = _overlap_row(version, other, ours)
        if row is not None:
            rows.append(row)
    insert_new(connection, text_overlaps, rows)
    return overlaps_of(connection, version.id)


def overlaps_of(connection: Connection, version_id: int) -> list[Row[Any]]:
    touches = (text_overlaps.c.left_id == version_id) | (text_overlaps.c.right_id == version_id)
    return list(connection.execute(select(text_overlaps).where(touches).order_by(text_overlaps.c.left_id)))


def forget_overlaps(connection: Connection, version_id: int) -> None:
    connection.execute(delete(shingles).where(shingles.c.version_id == version_id))
    touches = (text_overlaps.c.left_id == version_id) | (text_overlaps.c.right_id == version_id)
    connection.execute(delete(text_overlaps).where(touches))


def _candidates(connection: Connection, version_id: int, sampled: list[int]) -> list[int]:
    counts: dict[int, int] = {}
    for start in range(0, len(sampled), 500):
        chunk = sampled[start : start + 500]
        common = (
            select(shingles.c.hash)
            .where(shingles.c.hash.in_(chunk))
            .group_by(shingles.c.hash)
            .having(func.count() > _BOILERPLATE)
        )
        query = (
            select(shingles.c.version_id, func.count().label("shared"))
            .where(shingles.c.hash.in_(chunk), shingles.c.hash.not_in(common), shingles.c.version_id != version_id)
            .group_by(shingles.c.version_id)
        )
        for row in connection.execute(query):
            counts[row.version_id] = counts.get(row.version_id, 0) + row.shared
    found = [key for key, shared in counts.items() if shared >= _LEAST_SAMPLED]
    return sorted(found, key=lambda key: (-counts[key], key))[:_CANDIDATES]


def _texts_query(ids: list[int], article_id: int) -> Any:
    return select(article_versions.c.id, article_versions.c.text).where(
        article_versions.c.id.in_(ids), article_versions.c.article_id != article_id
    )


def _overlap_row(version: Row[Any], other: Row[Any], ours: Any) -> dict[str, Any] | None:
    theirs = shingle(other.text)
    shares = measure(ours, theirs)
    if judge(shares.shared, max(shares.left, shares.right)) is Overlap.NONE:
        return None
    is_left = version.id < other.id
    left_text, right_shingles = (version.text, theirs) if is_left else (other.text, ours)
    return {
        "left_id": min(version.id, other.id),
        "right_id": max(version.id, other.id),
        "shared": shares.shared,
        "left_share": shares.left if is_left else shares.right,
        "right_share": shares.right if is_left else shares.left,
        "words": longest_shared(left_text, right_shingles),
    }
