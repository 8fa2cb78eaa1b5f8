"""Claims beside a claim: rivals that give the same thing another value, updates, narrower ones, questions, denials.

Linked, never joined. A later value from the same source is an update of the earlier one, no rival; so is a later and
higher count of what can only grow.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from graph.evidence import AttributionEvidence, ClaimEvidence, load_attributions
from graph.grouping import links_of
from graph.narrowing import find_narrower
from graph.outlet_names import fold_outlet
from graph.pairs import JOIN_SCORE, Relation
from graph.reports import find_bare_report, name_reports
from graph.rows import in_chunks
from graph.schema import article_versions, attributions, claim_links, claim_members, claims, entities
from graph.times import credible_time
from nlp.wording import read_wording

# More would not be read.
MOST_RELATED = 20
_BESIDE = (Relation.RIVAL, Relation.ASKS, Relation.NARROWER, Relation.DENIES)
_ONE_TIME = timedelta(days=31)
# Counts of what has happened only grow.
_TOLL = re.compile(
    r"\b(?:died|dead|deaths?|killed|injured|wounded|hurt|infected|infections|cases|arrested|detained|displaced|evacuated"
    r"|rescued|destroyed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedClaim:
    """`kind` is what it is to the claim: rival, update, narrower, broader, asks, answers or denies.

    `reason` says in words what the two differ in.
    """

    claim_id: int
    text: str
    kind: str
    reason: str


def linked_claims(connection: Connection, claim_ids: Sequence[int]) -> set[int]:
    """Return those of these claims that may have others beside them."""
    found: set[int] = set()
    for side in (claim_links.c.left_id, claim_links.c.right_id):
        query = (
            select(claims.c.canonical_id)
            .join(claim_links, side == claims.c.id)
            .where(claims.c.canonical_id.in_(claim_ids), is_beside())
        )
        found |= set(connection.execute(query).scalars())
    return found


def is_beside() -> ColumnElement[bool]:
    """The links that lead to a claim beside another."""
    return claim_links.c.relation.in_(_BESIDE) & (claim_links.c.score >= JOIN_SCORE)


def load_related(connection: Connection, evidence: ClaimEvidence) -> tuple[RelatedClaim, ...]:
    """Return the claims beside this one, the nearest first, each once."""
    return load_all_related(connection, [evidence])[evidence.claim_id]


def load_all_related(
    connection: Connection, claims_held: Sequence[ClaimEvidence]
) -> dict[int, tuple[RelatedClaim, ...]]:
    """Return the claims beside each of these by its id, the nearest first, each once."""
    nearest = _find_nearest(connection, [evidence.claim_id for evidence in claims_held])
    said = _load_said(connection, sorted({other for found in nearest.values() for other in found}))
    related: dict[int, tuple[RelatedClaim, ...]] = {}
    for evidence in claims_held:
        ours = _Said(claim_id=evidence.claim_id, text=evidence.text, voices=tuple(map(_voice_of, evidence.members)))
        related[evidence.claim_id] = tuple(
            _describe(ours, said[other], *link)
            for other, link in nearest[evidence.claim_id].items()
            if other in said and _is_of_one_time(ours, said[other])
        )
    return related


def _find_nearest(connection: Connection, claim_ids: Sequence[int]) -> dict[int, dict[int, tuple[str, str]]]:
    """Of each claim those beside it, at most `MOST_RELATED`, the nearest first, with the relation and its reason."""
    ours = {
        row.id: row.canonical_id
        for row in in_chunks(connection, select(claims.c.id, claims.c.canonical_id), claims.c.canonical_id, claim_ids)
    }
    rows = links_of(connection, ours, is_beside())
    sides = {side for row in rows for side in (row.left_id, row.right_id)}
    canonical = {
        row.id: row.canonical_id
        for row in in_chunks(connection, select(claims.c.id, claims.c.canonical_id), claims.c.id, sides)
    }
    nearest: dict[int, dict[int, tuple[str, str]]] = {claim_id: {} for claim_id in claim_ids}
    for row in sorted(rows, key=lambda row: (-row.score, row.left_id, row.right_id)):
        for side, other in ((row.left_id, row.right_id), (row.right_id, row.left_id)):
            if side in ours and canonical[other] != ours[side] and len(nearest[ours[side]]) < MOST_RELATED:
                nearest[ours[side]].setdefault(canonical[other], (row.relation, row.reasons[0]))
    return nearest


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who says something, and when; the source is an entity (its canonical id) with a name, or none that is known."""

    at: datetime
    source_entity_id: int | None
    source_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is looked at of a claim; a claim beside another can have thousands of attributions, too."""

    claim_id: int
    text: str
    voices: tuple[_Voice, ...]  # by time


def _voice_of(item: AttributionEvidence) -> _Voice:
    return _Voice(item.version.at, item.source_entity_id, item.source_name)


def _load_said(connection: Connection, claim_ids: Sequence[int]) -> dict[int, _Said]:
    """By claim; those that nobody makes are left out."""
    texts = {
        row.id: row.text for row in in_chunks(connection, select(claims.c.id, claims.c.text), claims.c.id, claim_ids)
    }
    source = entities.alias("source")
    query = (
        select(
            claims.c.canonical_id.label("claim_id"),
            attributions.c.id,
            attributions.c.source_name,
            source.c.canonical_id.label("source_entity_id"),
            article_versions.c.published_at,
            article_versions.c.first_seen_at,
        )
        .join(claim_members, claim_members.c.claim_id == claims.c.id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .outerjoin(source, source.c.id == attributions.c.source_entity_id)
    )
    rows = sorted(in_chunks(connection, query, claims.c.canonical_id, claim_ids), key=lambda row: row.id)
    bare = [row.id for row in rows if find_bare_report(row.source_entity_id, row.source_name) is not None]
    named = name_reports(connection, load_attributions(connection, bare))
    voices: dict[int, list[_Voice]] = {}
    for row in rows:
        at = credible_time(row.published_at, row.first_seen_at)
        voice = _voice_of(named[row.id]) if row.id in named else _Voice(at, row.source_entity_id, row.source_name)
        voices.setdefault(row.claim_id, []).append(voice)
    return {
        key: _Said(claim_id=key, text=texts[key], voices=tuple(sorted(found, key=lambda voice: voice.at)))
        for key, found in voices.items()
        if key in texts
    }


def _is_of_one_time(ours: _Said, other: _Said) -> bool:
    """Whether what is said was said within a month: last year's value is no rival of today's."""
    return other.voices[0].at <= ours.voices[-1].at + _ONE_TIME and ours.voices[0].at <= other.voices[-1].at + _ONE_TIME


def _describe(ours: _Said, other: _Said, kind: str, reason: str) -> RelatedClaim:
    if kind == Relation.RIVAL:
        kind, reason = _rival_or_update(ours, other, reason)
    elif kind == Relation.NARROWER:
        found = find_narrower(ours.text, other.text)
        kind = "broader" if found is not None and found[0] == 0 else "narrower"
    elif kind == Relation.ASKS:
        kind = "answers" if read_wording(ours.text).is_question else "asks"
    return RelatedClaim(claim_id=other.claim_id, text=other.text, kind=str(kind), reason=reason)


def _rival_or_update(ours: _Said, other: _Said, reason: str) -> tuple[str, str]:
    first, second = ours.voices[0].at, other.voices[0].at
    kind, which = "update", "later" if first <= second else "earlier"
    source = _source_that_changed(ours, other)
    if source is not None:
        return kind, f"{reason}; this is the {which}, from the same source, {source}"
    if first != second and _TOLL.search(ours.text) and _TOLL.search(other.text):
        low, high = (_highest(claim.text) for claim in ((ours, other) if first < second else (other, ours)))
        if low < high:
            return kind, f"{reason}; this is the {which} count of what can only grow"
    return str(Relation.RIVAL), reason


def _highest(text: str) -> float:
    return max((amount.value for amount in read_wording(text).amounts), default=0.0)


def _source_that_changed(ours: _Said, other: _Said) -> str | None:
    """An identified source that says the one and, in an article of another time, the other."""
    said: dict[Hashable, tuple[str, set[datetime]]] = {}
    for voice in ours.voices:
        for key, name in _source_keys(voice):
            said.setdefault(key, (name, set()))[1].add(voice.at)
    for voice in other.voices:
        for key, _ in _source_keys(voice):
            name, times = said.get(key, ("", set[datetime]()))
            if times and voice.at not in times:
                return name
    return None


def _source_keys(voice: _Voice) -> list[tuple[Hashable, str]]:
    """The source as an entity, and by its full name: two of one name who speak of one thing are hardly two people."""
    if voice.source_entity_id is None or voice.source_name is None:
        return []
    by_name = [(fold_outlet(voice.source_name), voice.source_name)] if " " in voice.source_name else []
    return [(voice.source_entity_id, voice.source_name), *by_name]
