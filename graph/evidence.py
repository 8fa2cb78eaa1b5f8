"""What the store holds on claims, loaded in a few queries for any number of claims, as plain records.

Tracing, listing, the dashboard and the RDF export all start from these; none of them asks the store by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from graph.components import find_components
from graph.reports import name_reports
from graph.retractions import Notice, load_notices
from graph.rows import in_chunks
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
from nlp.annotation import SourceType, Span, Stance
from nlp.wording import read_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEvidence:
    """One version of an article, without its text. `at` is its credible time."""

    version_id: int
    article_id: int
    url: str
    title: str
    outlet: str | None
    outlet_id: int | None
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
    source_words: str | None = None  # as the text has the source
    addressee: str | None = None  # to whom it was said, in the words of the text
    told_words: str | None = None  # from the cue to the addressee
    affiliation: tuple[int, str] | None = None  # whom the source belongs to: canonical entity id and name
    about: tuple[tuple[int, str], ...] = ()  # canonical entity id and name, the main one first


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvidence:
    """A claim, its member attributions, all that enclose these (`ancestors`), and derivations of their versions.

    `declines` are answers not given in the members' versions by those that the claim is about; `links` are of the
    versions that cite a publication, as (URL, text).
    """

    claim_id: int
    text: str
    members: tuple[AttributionEvidence, ...]
    ancestors: dict[int, AttributionEvidence]
    derivations: tuple[DerivationEvidence, ...]
    declines: tuple[AttributionEvidence, ...] = ()
    notices: tuple[Notice, ...] = ()  # of the members' outlets, where they concern this claim
    links: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)


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
        item = found[row.attribution_id]
        stance = stance_towards(item.stance, row.text, texts[row.canonical_id])
        if stance != item.stance:
            found[row.attribution_id] = replace(item, stance=stance)
    version_ids = {item.version.version_id for item in found.values()}
    text_groups = _load_text_groups(connection, version_ids)
    for key, item in found.items():
        group = text_groups.get(item.version.version_id)
        if group is not None:
            found[key] = replace(item, version=replace(item.version, text_group=group))
    enclosing = _load_ancestors(connection, found.values())
    found, enclosing = name_reports(connection, found), name_reports(connection, enclosing)
    made_from = _load_derivations(connection, version_ids)
    links = load_links(connection, _citing([*found.values(), *enclosing.values()]))
    notices = load_notices(connection, {item.version.article_id for item in found.values()})
    return [
        _claim_evidence(
            claim_id, texts[claim_id], [found[key] for key in members[claim_id]], enclosing, made_from, links, notices
        )
        for claim_id in claim_ids
        if claim_id in texts
    ]


def is_opposite(text: str, other: str) -> bool:
    """Whether one of two texts of the same claim negates it: who asserts the one denies the other."""
    return text != other and read_wording(text).is_negated != read_wording(other).is_negated


def stance_towards(stance: Stance, text: str, claim_text: str) -> Stance:
    """The stance to a claim of who has this stance to `text`, a wording of the same claim or of its opposite."""
    return _TURNED.get(stance, stance) if is_opposite(text, claim_text) else stance


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
    links: dict[int, tuple[tuple[str, str], ...]],
    notices: list[Notice],
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
        notices=tuple(notice for notice in notices if notice.is_of(members) and notice.concerns(text)),
        links=links,
    )


def with_declines(connection: Connection, evidence: ClaimEvidence) -> ClaimEvidence:
    """Add the answers that those whom the claim is about did not give, in the articles that carry it."""
    about = {entity for item in evidence.members for entity, _ in item.about}
    ids = {item.attribution_id for item in evidence.members}
    versions = sorted({item.version.version_id for item in evidence.members})
    found: list[int] = []
    for start in range(0, len(versions), 500):
        query = (
            select(attributions.c.id, entities.c.canonical_id)
            .join(entities, entities.c.id == attributions.c.source_entity_id)
            .where(attributions.c.version_id.in_(versions[start : start + 500]))
            .where(attributions.c.stance == Stance.DECLINES)
        )
        found += [row.id for row in connection.execute(query) if row.canonical_id in about and row.id not in ids]
    loaded = load_attributions(connection, found).values()
    declines = sorted(loaded, key=lambda item: (item.version.at, item.version.url, item.sentence, item.attribution_id))
    return replace(evidence, declines=tuple(declines))


def load_links(connection: Connection, version_ids: Iterable[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return the links of these versions as (URL, text); a version without any is left out."""
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    wanted = sorted(set(version_ids))
    for start in range(0, len(wanted), 500):
        query = select(article_versions.c.id, article_versions.c.links)
        for row in connection.execute(query.where(article_versions.c.id.in_(wanted[start : start + 500]))):
            if row.links:
                found[row.id] = tuple((link["url"], link["text"]) for link in row.links)
    return found


def _citing(items: Iterable[AttributionEvidence]) -> set[int]:
    kinds = (SourceType.PUBLICATION, SourceType.ORGANISATION)
    return {item.version.version_id for item in items if item.source_type in kinds}


def _attribution_query() -> Select[*tuple[Any, ...]]:
    """With the sentence alone, not the whole text: a claim can stand in ten thousand articles."""
    source, group, affiliation = entities.alias("source"), entities.alias("group"), entities.alias("affiliation")
    start, end = attributions.c.sentence_start, attributions.c.sentence_end
    return (
        select(
            attributions,
            source.c.canonical_id.label("source_canonical_id"),
            group.c.canonical_id.label("affiliation_canonical_id"),
            affiliation.c.name.label("affiliation_name"),
            func.substr(article_versions.c.text, start + 1, end - start).label("words"),
            article_versions.c.article_id,
            article_versions.c.title,
            article_versions.c.sha256,
            article_versions.c.published_at,
            article_versions.c.first_seen_at,
            articles.c.url,
            articles.c.outlet_id,
            outlets.c.name.label("outlet"),
            outlets.c.family,
        )
        .join(article_versions, article_versions.c.id == attributions.c.version_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(outlets, outlets.c.id == articles.c.outlet_id)
        .outerjoin(source, source.c.id == attributions.c.source_entity_id)
        .outerjoin(group, group.c.id == attributions.c.affiliation_id)
        .outerjoin(affiliation, affiliation.c.id == group.c.canonical_id)
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
    sharing: list[tuple[int, int]] = []
    wanted = sorted(version_ids)
    for start in range(0, len(wanted), 1000):
        chunk = wanted[start : start + 1000]
        query = select(text_overlaps.c.left_id, text_overlaps.c.right_id).where(text_overlaps.c.left_id.in_(chunk))
        sharing += [(left, right) for left, right in connection.execute(query) if right in version_ids]
    return {version: min(group) for group in find_components((), sharing) for version in group}


def _load_derivations(connection: Connection, version_ids: set[int]) -> list[DerivationEvidence]:
    origin_version = article_versions.alias("origin_version")
    origin = articles.alias("origin")
    query = (
        select(derivations, origin.c.url.label("from_url"))
        .outerjoin(origin_version, origin_version.c.id == derivations.c.from_version_id)
        .outerjoin(origin, origin.c.id == origin_version.c.article_id)
    )
    rows = sorted(in_chunks(connection, query, derivations.c.version_id, version_ids), key=lambda row: row.id)
    names = ("version_id", "from_url", "from_name", "kind", "score", "evidence")
    return [DerivationEvidence(**{name: row._mapping[name] for name in names}) for row in rows]


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
        words=row.words,
        spans=spans,
        cue_words=_cue_words(row.words, sentence.start, spans),
        source_words=_words_of(row.words, sentence.start, spans.get("source", ())),
        addressee=_words_of(row.words, sentence.start, spans.get("addressee", ())),
        told_words=_words_of(row.words, sentence.start, (*spans.get("cue", ()), *spans.get("addressee", ()))),
        affiliation=None if row.affiliation_name is None else (row.affiliation_canonical_id, row.affiliation_name),
        about=about,
    )


def _version_evidence(row: Row[Any]) -> VersionEvidence:
    return VersionEvidence(
        version_id=row.version_id,
        article_id=row.article_id,
        url=row.url,
        title=row.title,
        outlet=row.outlet,
        outlet_id=row.outlet_id,
        family=row.family,
        sha256=row.sha256,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        at=credible_time(row.published_at, row.first_seen_at),
    )


# Further apart than this, source and cue are not read as one phrase ("the report said"), and the cue stands alone.
_TOGETHER_CHARACTERS = 30


def _words_of(sentence: str, offset: int, spans: tuple[Span, ...]) -> str | None:
    """From the first of `spans` to the last; `None` for none."""
    if not spans:
        return None
    return sentence[min(spans).start - offset : max(spans).end - offset]


def _cue_words(sentence: str, offset: int, spans: dict[str, tuple[Span, ...]]) -> str:
    cue, source = spans.get("cue", ()), spans.get("source", ())
    if not cue:
        return ""
    start, end = cue[0].start, cue[-1].end
    if source:
        gap = max(start - source[-1].end, source[0].start - end)
        if gap <= _TOGETHER_CHARACTERS:
            start, end = min(start, source[0].start), max(end, source[-1].end)
    return sentence[start - offset : end - offset]
