"""What the store holds on claims, loaded in a few queries for any number of claims, as plain records.

Tracing, listing, the dashboard and the RDF export all start from these; none of them asks the store by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import networkx as nx
from sqlalchemy import Connection, Row, Select, select

from graph.reports import name_reports
from graph.schema import (
    article_versions,
    articles,
    attribution_about,
    attribution_spans,
    attributions,
    claim_members,
    claims,
    derivations,
    entities,
    outlets,
    text_overlaps,
)
from graph.times import credible_time
from nlp.annotation import Span, Stance
from nlp.wording import read_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEvidence:
    """One version of an article, without its text. `at` is its credible time."""

    version_id: int
    article_id: int
    url: str
    title: str
    outlet: str | None
    family: str | None
    sha256: str
    published_at: datetime | None
    first_seen_at: datetime
    at: datetime
    text_group: int | None = None  # the same for versions of a claim's members that share text word for word


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationEvidence:
    """What a version was made from: an article that is held (`from_url`) or an agency by name (`from_name`)."""

    version_id: int
    from_url: str | None
    from_name: str | None
    kind: str
    score: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionEvidence:
    """One attribution with its words. `spans` maps a role to its spans in the version's text."""

    attribution_id: int
    version: VersionEvidence
    parent_id: int | None
    source_entity_id: int | None  # canonical
    source_name: str | None
    source_type: str
    quotation_type: str
    attribution_type: str
    stance: Stance
    confidence: float
    sentence: Span
    words: str  # the sentence, exactly
    spans: dict[str, tuple[Span, ...]]
    cue_words: str  # from the source to the cue where they stand together, else the cue
    about: tuple[tuple[int, str], ...] = ()  # canonical entity id and name, the main one first


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvidence:
    """A claim, its member attributions, all that enclose these (`ancestors`), and derivations of their versions."""

    claim_id: int
    text: str
    members: tuple[AttributionEvidence, ...]
    ancestors: dict[int, AttributionEvidence]
    derivations: tuple[DerivationEvidence, ...]


def load_claims(connection: Connection, claim_ids: Sequence[int]) -> list[ClaimEvidence]:
    """Return the evidence on each claim in the order of `claim_ids` (canonical ids); unknown ones are left out."""
    claim_rows = connection.execute(select(claims).where(claims.c.id.in_(claim_ids))).all()
    texts = {row.id: row.text for row in claim_rows}
    membership = connection.execute(
        select(claim_members.c.attribution_id, claims.c.canonical_id, claims.c.text)
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .where(claims.c.canonical_id.in_(claim_ids))
    ).all()
    members: dict[int, list[int]] = defaultdict(list)
    for row in membership:
        members[row.canonical_id].append(row.attribution_id)
    found = load_attributions(connection, [row.attribution_id for row in membership])
    for row in membership:
        if is_opposite(row.text, texts[row.canonical_id]):
            item = found[row.attribution_id]
            found[row.attribution_id] = replace(item, stance=_TURNED.get(item.stance, item.stance))
    version_ids = {item.version.version_id for item in found.values()}
    text_groups = _load_text_groups(connection, version_ids)
    for key, item in found.items():
        group = text_groups.get(item.version.version_id)
        if group is not None:
            found[key] = replace(item, version=replace(item.version, text_group=group))
    enclosing = _load_ancestors(connection, found.values())
    found, enclosing = name_reports(connection, found), name_reports(connection, enclosing)
    made_from = _load_derivations(connection, version_ids)
    return [
        _claim_evidence(claim_id, texts[claim_id], [found[key] for key in members[claim_id]], enclosing, made_from)
        for claim_id in claim_ids
        if claim_id in texts
    ]


def is_opposite(text: str, other: str) -> bool:
    """Whether one of two texts of the same claim negates it: who asserts the one denies the other."""
    return text != other and read_wording(text).is_negated != read_wording(other).is_negated


_TURNED = {Stance.ASSERTS: Stance.DENIES, Stance.SUPPORTS: Stance.DENIES, Stance.DENIES: Stance.ASSERTS}


def load_attributions(connection: Connection, ids: Iterable[int]) -> dict[int, AttributionEvidence]:
    """Return these attributions with their versions, spans and words."""
    wanted = sorted(set(ids))
    found: dict[int, AttributionEvidence] = {}
    for start in range(0, len(wanted), 1000):
        chunk = wanted[start : start + 1000]
        rows = connection.execute(_attribution_query().where(attributions.c.id.in_(chunk))).all()
        spans = _load_spans(connection, chunk)
        about = _load_about(connection, chunk)
        found |= {row.id: _attribution_evidence(row, spans[row.id], tuple(about[row.id])) for row in rows}
    return found


def _claim_evidence(
    claim_id: int,
    text: str,
    members: list[AttributionEvidence],
    enclosing: dict[int, AttributionEvidence],
    made_from: list[DerivationEvidence],
) -> ClaimEvidence:
    members.sort(key=lambda item: (item.version.at, item.version.url, item.sentence, item.attribution_id))
    versions = {item.version.version_id for item in members}
    ancestors: dict[int, AttributionEvidence] = {}
    for item in members:
        parent = item.parent_id
        while parent is not None and parent in enclosing and parent not in ancestors:
            ancestors[parent] = enclosing[parent]
            parent = enclosing[parent].parent_id
    return ClaimEvidence(
        claim_id=claim_id,
        text=text,
        members=tuple(members),
        ancestors=ancestors,
        derivations=tuple(row for row in made_from if row.version_id in versions),
    )


def _attribution_query() -> Select[*tuple[Any, ...]]:
    source = entities.alias("source")
    return (
        select(
            attributions,
            source.c.canonical_id.label("source_canonical_id"),
            article_versions.c.article_id,
            article_versions.c.title,
            article_versions.c.text,
            article_versions.c.sha256,
            article_versions.c.published_at,
            article_versions.c.first_seen_at,
            articles.c.url,
            outlets.c.name.label("outlet"),
            outlets.c.family,
        )
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .outerjoin(source, source.c.id == attributions.c.source_entity_id)
    )


def _load_spans(connection: Connection, ids: list[int]) -> dict[int, dict[str, tuple[Span, ...]]]:
    query = select(attribution_spans).where(attribution_spans.c.attribution_id.in_(ids))
    spans: dict[int, dict[str, tuple[Span, ...]]] = defaultdict(dict)
    for row in connection.execute(query.order_by(attribution_spans.c.start)):
        roles = spans[row.attribution_id]
        roles[row.role] = (*roles.get(row.role, ()), Span(row.start, row.end))
    return spans


def _load_about(connection: Connection, ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    canonical = entities.alias("canonical")
    query = (
        select(attribution_about.c.attribution_id, canonical.c.id, canonical.c.name)
        .join(entities, entities.c.id == attribution_about.c.entity_id)
        .join(canonical, canonical.c.id == entities.c.canonical_id)
        .where(attribution_about.c.attribution_id.in_(ids))
        .order_by(attribution_about.c.attribution_id, attribution_about.c.rank)
    )
    about: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in connection.execute(query):
        about[row.attribution_id].append((row.id, row.name))
    return about


def _load_ancestors(connection: Connection, items: Iterable[AttributionEvidence]) -> dict[int, AttributionEvidence]:
    found: dict[int, AttributionEvidence] = {}
    wanted = {item.parent_id for item in items if item.parent_id is not None}
    while wanted:
        generation = load_attributions(connection, wanted)
        found |= generation
        wanted = {item.parent_id for item in generation.values() if item.parent_id is not None} - found.keys()
    return found


def _load_text_groups(connection: Connection, version_ids: set[int]) -> dict[int, int]:
    """Of each version that shares text with another of these the lowest id among all that hang together so."""
    sharing: nx.Graph[int] = nx.Graph()
    wanted = sorted(version_ids)
    for start in range(0, len(wanted), 1000):
        chunk = wanted[start : start + 1000]
        query = select(text_overlaps.c.left_id, text_overlaps.c.right_id).where(text_overlaps.c.left_id.in_(chunk))
        sharing.add_edges_from(
            (row.left_id, row.right_id) for row in connection.execute(query) if row.right_id in version_ids
        )
    return {version: min(group) for group in nx.connected_components(sharing) for version in group}


def _load_derivations(connection: Connection, version_ids: set[int]) -> list[DerivationEvidence]:
    origin_version = article_versions.alias("origin_version")
    origin = articles.alias("origin")
    query = (
        select(derivations, origin.c.url.label("from_url"))
        .outerjoin(origin_version, origin_version.c.id == derivations.c.from_version_id)
        .outerjoin(origin, origin.c.id == origin_version.c.article_id)
        .where(derivations.c.version_id.in_(version_ids))
        .order_by(derivations.c.id)
    )
    names = ("version_id", "from_url", "from_name", "kind", "score", "evidence")
    return [DerivationEvidence(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)]


def _attribution_evidence(
    row: Row[Any], spans: dict[str, tuple[Span, ...]], about: tuple[tuple[int, str], ...]
) -> AttributionEvidence:
    sentence = Span(row.sentence_start, row.sentence_end)
    return AttributionEvidence(
        attribution_id=row.id,
        version=_version_evidence(row),
        parent_id=row.parent_id,
        source_entity_id=row.source_canonical_id,
        source_name=row.source_name,
        source_type=row.source_type,
        quotation_type=row.quotation_type,
        attribution_type=row.attribution_type,
        stance=Stance(row.stance),
        confidence=row.confidence,
        sentence=sentence,
        words=row.text[sentence.start : sentence.end],
        spans=spans,
        cue_words=_cue_words(row.text, spans),
        about=about,
    )


def _version_evidence(row: Row[Any]) -> VersionEvidence:
    return VersionEvidence(
        version_id=row.version_id,
        article_id=row.article_id,
        url=row.url,
        title=row.title,
        outlet=row.outlet,
        family=row.family,
        sha256=row.sha256,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        at=credible_time(row.published_at, row.first_seen_at),
    )


# Further apart than this, source and cue are not read as one phrase ("the report said"), and the cue stands alone.
_TOGETHER_CHARACTERS = 30


def _cue_words(text: str, spans: dict[str, tuple[Span, ...]]) -> str:
    cue, source = spans.get("cue", ()), spans.get("source", ())
    if not cue:
        return ""
    start, end = cue[0].start, cue[-1].end
    if source:
        gap = max(start - source[-1].end, source[0].start - end)
        if gap <= _TOGETHER_CHARACTERS:
            start, end = min(start, source[0].start), max(end, source[-1].end)
    return text[start:end]
