"""An article as RDF: its versions, what was read in them, and the run that read it.

All statements about what exists only within the article (versions, hops, occurrences, spans, sources without identity)
are made here and nowhere else; they name no other article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad
from sqlalchemy import Connection, Row, select

from graph.evidence import AttributionEvidence, load_attributions, stance_towards
from graph.ids import Kind
from graph.rdf.agents import Agents
from graph.rdf.hops import agency_hop, innermost_of, is_primary_source
from graph.rdf.selection import Selection, chosen_among
from graph.rdf.sheet import Sheet
from graph.rdf.terms import (
    DCT,
    GRASP,
    ITSRDF,
    OA,
    PAV,
    PROV,
    RDF,
    SAYSO,
    SCHEMA,
    XSD,
    Names,
    double,
    moment,
    part,
    web_iri,
    words,
)
from graph.schema import (
    annotations_table,
    article_versions,
    articles,
    attributions,
    claim_members,
    claims,
    derivations,
    entities,
    mentions,
)
from ingest.article import DateOrigin
from nlp.annotation import QuotationType, Span

# Code points of text kept before and after a quote, by which it is found again where positions have moved.
CONTEXT_CHARACTERS = 24

_INTEGER = XSD["integer"]


@dataclass(slots=True, kw_only=True)
class _Loaded:
    """What the store holds on some articles, by article or by version."""

    versions: dict[int, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    hops: dict[int, list[AttributionEvidence]] = field(default_factory=lambda: defaultdict(list))
    claim_of: dict[int, Row[Any]] = field(default_factory=dict)  # how it is worded there, and the claim itself
    mentions: dict[int, list[tuple[Span, int]]] = field(default_factory=lambda: defaultdict(list))
    derivations: dict[int, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))


def describe_articles(
    connection: Connection, names: Names, agents: Agents, selection: Selection, article_ids: Sequence[int]
) -> Iterator[tuple[int, list[Quad]]]:
    """Yield each article's id and its quads, all in the default graph, in the order of `article_ids`."""
    loaded = _load(connection, selection, article_ids)
    for article_id in article_ids:
        yield article_id, _Article(names, agents, loaded).describe(article_id)


class _Article:
    """The quads of one article. Nodes that several things share, the spans, are written once."""

    def __init__(self, names: Names, agents: Agents, loaded: _Loaded) -> None:
        self._names = names
        self._agents = agents
        self._loaded = loaded
        self._sheet = Sheet()

    def describe(self, article_id: int) -> list[Quad]:
        article = self._names.thing(Kind.ARTICLE, article_id)
        rows = self._loaded.versions[article_id]
        self._add(article, RDF["type"], SCHEMA["NewsArticle"])
        if (url := web_iri(rows[0].url)) is not None:
            self._add(article, SCHEMA["url"], url)
        if rows[0].outlet_id is not None:
            self._add(article, SCHEMA["publisher"], self._names.thing(Kind.OUTLET, rows[0].outlet_id))
        earlier: NamedNode | None = None
        for row in rows:
            version = self._names.thing(Kind.VERSION, row.id)
            if earlier is not None:
                self._add(version, PROV["wasRevisionOf"], earlier)
            self._describe_version(article, version, row)
            earlier = version
        return self._sheet.quads()

    def _add(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        self._sheet.add(subject, predicate, value)

    def _describe_version(self, article: NamedNode, version: NamedNode, row: Row[Any]) -> None:
        self._add(version, RDF["type"], SAYSO["ArticleVersion"])
        self._add(version, RDF["type"], PROV["Entity"])
        self._add(version, PROV["specializationOf"], article)
        self._add(version, SAYSO["hop"], Literal("0", datatype=_INTEGER))
        if row.outlet_id is not None:
            self._add(version, PROV["wasAttributedTo"], self._names.thing(Kind.OUTLET, row.outlet_id))
        self._add(version, SCHEMA["headline"], words(row.title, row.read_language or row.language))
        for term, value in ((SCHEMA["inLanguage"], row.language), (SCHEMA["creditText"], row.credit)):
            if value is not None:
                self._add(version, term, Literal(value))
        self._add(version, SCHEMA["sha256"], Literal(row.sha256))
        self._add(version, PAV["retrievedOn"], moment(row.first_seen_at))
        if row.published_at is not None:
            self._add(version, SCHEMA["datePublished"], _published(row))
        spans: dict[Span, set[int]] = defaultdict(set)  # each with the entities that it names
        self._describe_run(version, row)
        first_hop = self._describe_derivations(version, row, spans)
        self._describe_hops(version, row, first_hop, spans)
        for span, entity_id in self._loaded.mentions[row.id]:
            spans[span].add(entity_id)
        for span in sorted(spans):
            self._describe_span(version, row, span, spans[span])

    def _describe_run(self, version: NamedNode, row: Row[Any]) -> None:
        """One record for one reading of one version: which pipeline made all of it, and when."""
        if row.pipeline_id is None:
            return
        run = part(version, "run")
        self._add(run, RDF["type"], PROV["Activity"])
        self._add(run, PROV["used"], version)
        self._add(run, PROV["wasAssociatedWith"], self._names.pipeline(row.pipeline_id))
        self._add(run, PROV["endedAtTime"], moment(row.made_at))

    def _describe_derivations(self, version: NamedNode, row: Row[Any], spans: dict[Span, set[int]]) -> NamedNode:
        """Describe what a version was made from. Return what its outermost attributions hang off."""
        first_hop = version
        for derivation in self._loaded.derivations[row.id]:
            if derivation.from_version_id is not None:
                origin = self._names.thing(Kind.VERSION, derivation.from_version_id)
                first_hop = version
            else:
                origin = agency_hop(self._names, row.id, derivation.from_name)
                first_hop = origin
                self._describe_agency_hop(version, origin, row, derivation, spans)
            node = part(version, f"derivation:{derivation.id:016x}")
            self._add(version, PROV["wasDerivedFrom"], origin)
            self._add(version, PROV["qualifiedDerivation"], node)
            self._add(node, RDF["type"], PROV["Derivation"])
            self._add(node, PROV["entity"], origin)
            self._add(node, DCT["type"], SAYSO[derivation.kind])
            self._add(node, SAYSO["score"], double(derivation.score))
            self._add(node, RDF["value"], Literal(derivation.evidence))
        return first_hop

    def _describe_agency_hop(
        self, version: NamedNode, hop: NamedNode, row: Row[Any], derivation: Row[Any], spans: dict[Span, set[int]]
    ) -> None:
        """An agency that is named in a credit line is a hop, although no attribution in the text names it."""
        self._add(hop, RDF["type"], SAYSO["Hop"])
        self._add(hop, RDF["type"], PROV["Entity"])
        self._add(hop, SCHEMA["isPartOf"], version)
        self._add(hop, SAYSO["hop"], Literal("1", datatype=_INTEGER))
        self._add(hop, SAYSO["stance"], SAYSO["relays"])
        self._add(hop, PROV["wasAttributedTo"], self._agents.publication(derivation.from_name))
        start = row.text.find(derivation.evidence)
        if derivation.evidence and start >= 0:
            span = Span(start, start + len(derivation.evidence))
            spans[span]
            self._add(hop, SAYSO["cueSpan"], self._names.span(row.id, *span))

    def _describe_hops(
        self, version: NamedNode, row: Row[Any], first_hop: NamedNode, spans: dict[Span, set[int]]
    ) -> None:
        """An attribution whose parent is not there is an outermost one."""
        items = {item.attribution_id: item for item in self._loaded.hops[row.id]}
        innermost = innermost_of(items.values())
        outermost_number = 1 if first_hop == version else 2
        for key in sorted(items):
            item = items[key]
            hop = self._names.thing(Kind.ATTRIBUTION, key)
            depth = _depth(item, items)
            outer = first_hop if depth == 0 else self._names.thing(Kind.ATTRIBUTION, item.parent_id or 0)
            self._add(outer, PROV["wasDerivedFrom"], hop)
            if key in innermost and is_primary_source(item):
                self._add(outer, PROV["hadPrimarySource"], hop)
            self._describe_attribution(version, hop, item, outermost_number + depth)
            for role, of_role in sorted(item.spans.items()):
                for span in of_role:
                    spans[span]
                    self._add(hop, _span_term(role), self._names.span(row.id, *span))
            for statement in self._agents.describe_own(item):
                self._add(*statement)
            if key in self._loaded.claim_of:
                self._describe_occurrence(version, hop, item)

    def _describe_attribution(self, version: NamedNode, hop: NamedNode, item: AttributionEvidence, number: int) -> None:
        for kind in (SAYSO["Attribution"], SAYSO["Hop"], GRASP["Attribution"], PROV["Entity"]):
            self._add(hop, RDF["type"], kind)
        self._add(hop, SCHEMA["isPartOf"], version)
        self._add(hop, SAYSO["hop"], Literal(str(number), datatype=_INTEGER))
        self._add(hop, PROV["wasAttributedTo"], self._agents.of(item))
        self._add(hop, PROV["wasGeneratedBy"], part(version, "run"))
        self._add(hop, SAYSO["stance"], SAYSO[item.stance])
        # Values of one list may be called as those of another ("none", "fact"), so these two carry the list's name.
        self._add(hop, DCT["type"], SAYSO[f"source_{item.source_type}"])
        self._add(hop, DCT["type"], SAYSO[f"quotation_{item.quotation_type}"])
        self._add(hop, DCT["type"], SAYSO[f"attribution_{item.attribution_type}"])
        self._add(hop, ITSRDF["taConfidence"], double(item.confidence))

    def _describe_occurrence(self, version: NamedNode, hop: NamedNode, item: AttributionEvidence) -> None:
        """Where the claim stands in this text: neither the claim, which is in no text, nor the attribution of it."""
        occurrence = part(hop, "occurrence")
        self._add(occurrence, RDF["type"], SAYSO["Occurrence"])
        if item.quotation_type == QuotationType.DIRECT:
            self._add(occurrence, RDF["type"], SCHEMA["Quotation"])
        member = self._loaded.claim_of[item.attribution_id]
        claim = self._names.thing(Kind.CLAIM, member.canonical_id)
        self._add(occurrence, SAYSO["occurrenceOf"], claim)
        self._add(occurrence, SCHEMA["isPartOf"], hop)
        self._add(occurrence, SAYSO["stance"], SAYSO[stance_towards(item.stance, member.text, member.claim_text)])
        self._add(occurrence, PROV["wasQuotedFrom"], version)
        for span in item.spans.get("content", ()):
            self._add(occurrence, SAYSO["contentSpan"], self._names.span(item.version.version_id, *span))

    def _describe_span(self, version: NamedNode, row: Row[Any], span: Span, entity_ids: set[int]) -> None:
        """Where in the version, and the words there. Positions count code points, as the Web Annotation model does."""
        start, end = span
        node = self._names.span(row.id, start, end)
        position, quote = part(node, "position"), part(node, "quote")
        self._add(node, RDF["type"], OA["SpecificResource"])
        self._add(node, OA["hasSource"], version)
        self._add(node, OA["hasSelector"], position)
        self._add(node, OA["hasSelector"], quote)
        for entity_id in sorted(entity_ids):
            self._add(node, ITSRDF["taIdentRef"], self._names.thing(Kind.ENTITY, entity_id))
        self._add(position, RDF["type"], OA["TextPositionSelector"])
        self._add(position, OA["start"], Literal(str(start), datatype=_INTEGER))
        self._add(position, OA["end"], Literal(str(end), datatype=_INTEGER))
        self._add(quote, RDF["type"], OA["TextQuoteSelector"])
        self._add(quote, OA["exact"], Literal(row.text[start:end]))
        self._add(quote, OA["prefix"], Literal(row.text[max(0, start - CONTEXT_CHARACTERS) : start]))
        self._add(quote, OA["suffix"], Literal(row.text[end : end + CONTEXT_CHARACTERS]))


def _span_term(role: str) -> NamedNode:
    """What a channel is has no term of its own: those of the others are kinds of PROV's."""
    return PROV["wasInfluencedBy"] if role == "channel" else SAYSO[f"{role}Span"]


def _load(connection: Connection, selection: Selection, article_ids: Sequence[int]) -> _Loaded:
    loaded = _Loaded()
    for row in connection.execute(_versions_query(article_ids)):
        loaded.versions[row.article_id].append(row)
    version_ids = [row.id for rows in loaded.versions.values() for row in rows]
    _load_hops(connection, selection, version_ids, loaded)
    query = select(derivations).where(derivations.c.version_id.in_(version_ids)).order_by(derivations.c.id)
    for row in connection.execute(query):
        loaded.derivations[row.version_id].append(row)
    if not selection.chooses_attributions:
        named = (
            select(mentions.c.version_id, mentions.c.start, mentions.c.end, entities.c.canonical_id)
            .join(entities, entities.c.id == mentions.c.entity_id)
            .where(mentions.c.version_id.in_(version_ids))
        )
        for row in connection.execute(named):
            loaded.mentions[row.version_id].append((Span(row.start, row.end), row.canonical_id))
    return loaded


def _load_hops(connection: Connection, selection: Selection, version_ids: list[int], loaded: _Loaded) -> None:
    inside = attributions.c.version_id.in_(version_ids)
    ids = connection.execute(select(attributions.c.id).where(inside)).scalars()
    found = load_attributions(connection, ids)
    chosen = chosen_among(connection, selection, inside)
    if chosen is not None:
        for key in sorted(chosen):
            parent = found[key].parent_id
            while parent is not None and parent in found and parent not in chosen:
                chosen.add(parent)
                parent = found[parent].parent_id
        found = {key: found[key] for key in chosen}
    for item in found.values():
        loaded.hops[item.version.version_id].append(item)
    canonical = claims.alias("canonical")
    member = (
        select(
            claim_members.c.attribution_id, claims.c.canonical_id, claims.c.text, canonical.c.text.label("claim_text")
        )
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .join(canonical, canonical.c.id == claims.c.canonical_id)
        .join(attributions, attributions.c.id == claim_members.c.attribution_id)
        .where(inside)
    )
    if selection.claim_ids:  # what encloses a chosen claim may be another claim, which does not go out
        member = member.where(claims.c.canonical_id.in_(selection.claim_ids))
    elif chosen is not None:
        member = member.where(attributions.c.id.in_(selection.attributions()))
    loaded.claim_of |= {row.attribution_id: row for row in connection.execute(member)}


def _versions_query(article_ids: Sequence[int]) -> Any:
    return (
        select(
            article_versions,
            articles.c.url,
            articles.c.outlet_id,
            annotations_table.c.pipeline_id,
            annotations_table.c.made_at,
            annotations_table.c.language.label("read_language"),
        )
        .join(articles, articles.c.id == article_versions.c.article_id)
        .outerjoin(annotations_table, annotations_table.c.version_id == article_versions.c.id)
        .where(articles.c.id.in_(article_ids))
        .order_by(articles.c.id, article_versions.c.first_seen_at, article_versions.c.id)
    )


def _published(row: Row[Any]) -> Literal:
    """Pages and people often give only the day, which the store keeps as its midnight."""
    is_day = row.published_from in (DateOrigin.PAGE, DateOrigin.GIVEN) and row.published_at.time() == time()
    return moment(row.published_at.date() if is_day else row.published_at)


def _depth(item: AttributionEvidence, items: dict[int, AttributionEvidence]) -> int:
    """How many of `items` enclose this one; a circle of parents ends the count."""
    seen = {item.attribution_id}
    while item.parent_id in items and item.parent_id not in seen:
        item = items[item.parent_id]
        seen.add(item.attribution_id)
    return len(seen) - 1
