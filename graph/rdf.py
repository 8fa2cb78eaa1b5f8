"""The graph as RDF, first version: Turtle and N-Quads.

Who said what, where: claims, attributions, article versions and spans in the vocabularies of the field (schema.org,
PROV-O, Web Annotation). What is alleged appears only as the text of a claim, never as a statement, so that a reader
who loads all of it never takes an allegation for a fact. In N-Quads each article version is a graph of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SDO
from rdflib.term import Node
from sqlalchemy import Connection, Row, select

from graph.evidence import AttributionEvidence, load_attributions
from graph.ids import Kind, show_id
from graph.schema import (
    article_versions,
    articles,
    attributions,
    claim_members,
    claims,
    derivations,
    entities,
    mentions,
    outlets,
)
from graph.store import Store

OA = Namespace("http://www.w3.org/ns/oa#")
SAYSO = Namespace("urn:sayso:ns:")
DEFAULT_BASE = "urn:sayso:"

_ENTITY_CLASSES = {"PERSON": SDO.Person, "ORG": SDO.Organization, "NORP": SDO.Thing}  # else a place
_UNNAMED = ("unnamed_person", "unnamed_group", "document", "none")

Triple = tuple[Node, Node, Node]


class RdfFormat(StrEnum):
    TURTLE = "ttl"
    NQUADS = "nq"


def export_rdf(store: Store, path: Path, rdf_format: RdfFormat, *, base: str = DEFAULT_BASE) -> int:
    """Write the store to `path`, whole or not at all, and return the number of triples.

    Raises:
        OSError: the file cannot be written; nothing is left of it, and one that was there before stays.
    """
    with store.reading() as connection, _whole_file(path) as file:
        if rdf_format is RdfFormat.NQUADS:
            return _write_nquads(connection, file, _Names(base))
        graph = Graph()
        _bind(graph)
        for _, triples in _graphs(connection, _Names(base)):
            for triple in triples:
                graph.add(triple)
        graph.serialize(destination=file, format="turtle", encoding="utf-8")
        return len(graph)


class _Names:
    """IRIs of what the store holds, under one base; content-derived ids keep them the same in every export."""

    def __init__(self, base: str) -> None:
        self._base = base

    def thing(self, kind: Kind, number: int) -> URIRef:
        return URIRef(f"{self._base}{kind.name.lower()}:{show_id(kind, number)}")

    def span(self, version_id: int, start: int, end: int) -> URIRef:
        return URIRef(f"{self.thing(Kind.VERSION, version_id)}:{start}-{end}")


def _write_nquads(connection: Connection, file: IO[bytes], names: _Names) -> int:
    count = 0
    for name, triples in _graphs(connection, names):
        graph = Graph()
        for triple in triples:
            graph.add(triple)
        count += len(graph)
        lines = sorted(line for line in graph.serialize(format="nt").splitlines() if line)
        # An N-Quads line is an N-Triples line with the graph's name before the full stop.
        ending = " .\n" if name is None else f" {name.n3()} .\n"
        file.write("".join(line.removesuffix(" .") + ending for line in lines).encode())
    return count


def _graphs(connection: Connection, names: _Names) -> Iterator[tuple[URIRef | None, Iterator[Triple]]]:
    """Yield what belongs to no version (`None`), then each version with its triples, in the order of ids."""
    yield None, _common_triples(connection, names)
    for row in connection.execute(_versions_query()).all():
        yield names.thing(Kind.VERSION, row.id), _version_triples(connection, names, row)


def _common_triples(connection: Connection, names: _Names) -> Iterator[Triple]:
    for row in connection.execute(select(outlets).order_by(outlets.c.id)):
        outlet = names.thing(Kind.OUTLET, row.id)
        yield outlet, RDF.type, SDO.NewsMediaOrganization
        yield outlet, RDF.type, PROV.Agent
        yield outlet, SDO.name, Literal(row.name)
    for row in connection.execute(select(entities).order_by(entities.c.id)):
        if row.id == row.canonical_id:
            entity = names.thing(Kind.ENTITY, row.id)
            yield entity, RDF.type, _ENTITY_CLASSES.get(row.type, SDO.Place)
            yield entity, SDO.name, Literal(row.name)
    for row in connection.execute(select(claims).order_by(claims.c.id)):
        if row.id == row.canonical_id:
            claim = names.thing(Kind.CLAIM, row.id)
            yield claim, RDF.type, SDO.Claim
            yield claim, SDO.text, Literal(row.text, lang="en")


def _version_triples(connection: Connection, names: _Names, row: Row[Any]) -> Iterator[Triple]:
    version = names.thing(Kind.VERSION, row.id)
    article = names.thing(Kind.ARTICLE, row.article_id)
    yield article, RDF.type, SDO.NewsArticle
    if (url := _iri(row.url)) is not None:
        yield article, SDO.url, url
    yield version, RDF.type, SAYSO.ArticleVersion
    yield version, RDF.type, PROV.Entity
    yield version, PROV.specializationOf, article
    yield version, SDO.headline, Literal(row.title)
    yield version, SAYSO.sha256, Literal(row.sha256)
    yield version, SAYSO.firstSeen, Literal(row.first_seen_at.isoformat(), datatype=XSD.dateTime)
    if row.published_at is not None:
        yield version, SDO.datePublished, Literal(row.published_at.isoformat(), datatype=XSD.dateTime)
    if row.outlet_id is not None:
        outlet = names.thing(Kind.OUTLET, row.outlet_id)
        yield article, SDO.publisher, outlet
        yield version, PROV.wasAttributedTo, outlet
    yield from _derivation_triples(connection, names, row.id)
    yield from _mention_triples(connection, names, row)
    yield from _reading_triples(connection, names, row)


def _derivation_triples(connection: Connection, names: _Names, version_id: int) -> Iterator[Triple]:
    version = names.thing(Kind.VERSION, version_id)
    query = select(derivations).where(derivations.c.version_id == version_id).order_by(derivations.c.id)
    for row in connection.execute(query):
        derivation = URIRef(f"{version}:derivation:{row.id:016x}")
        yield version, PROV.qualifiedDerivation, derivation
        yield derivation, RDF.type, PROV.Derivation
        yield derivation, SAYSO.derivationKind, SAYSO[row.kind]
        yield derivation, SAYSO.evidence, Literal(row.evidence)
        if row.from_version_id is not None:
            origin = names.thing(Kind.VERSION, row.from_version_id)
            yield version, PROV.wasDerivedFrom, origin
            yield derivation, PROV.entity, origin
        else:
            yield derivation, SAYSO.fromName, Literal(row.from_name)


def _mention_triples(connection: Connection, names: _Names, row: Row[Any]) -> Iterator[Triple]:
    query = (
        select(mentions, entities.c.canonical_id)
        .join(entities, entities.c.id == mentions.c.entity_id)
        .where(mentions.c.version_id == row.id)
        .order_by(mentions.c.start)
    )
    for mention in connection.execute(query):
        span = names.span(row.id, mention.start, mention.end)
        yield from _span_triples(names, row, mention.start, mention.end)
        yield span, SAYSO.mentions, names.thing(Kind.ENTITY, mention.canonical_id)


def _reading_triples(connection: Connection, names: _Names, row: Row[Any]) -> Iterator[Triple]:
    ids = connection.execute(select(attributions.c.id).where(attributions.c.version_id == row.id)).scalars()
    found = load_attributions(connection, ids)
    member = (
        select(claim_members.c.attribution_id, claims.c.canonical_id)
        .join(claims, claims.c.id == claim_members.c.claim_id)
        .where(claim_members.c.attribution_id.in_(found.keys()))
    )
    claim_of = {item.attribution_id: item.canonical_id for item in connection.execute(member)}
    for key in sorted(found):
        yield from _attribution_triples(names, row, found[key], found)
        if key in claim_of:
            claim = names.thing(Kind.CLAIM, claim_of[key])
            yield names.thing(Kind.ATTRIBUTION, key), SAYSO.claim, claim
            yield claim, SDO.appearance, names.thing(Kind.ARTICLE, row.article_id)
            for entity_id, _ in found[key].about:
                yield claim, SDO.about, names.thing(Kind.ENTITY, entity_id)


def _attribution_triples(
    names: _Names, row: Row[Any], item: AttributionEvidence, siblings: dict[int, AttributionEvidence]
) -> Iterator[Triple]:
    """One hop. The version or the enclosing attribution was derived from it, so chains are walked inwards."""
    attribution = names.thing(Kind.ATTRIBUTION, item.attribution_id)
    yield attribution, RDF.type, SAYSO.Attribution
    yield attribution, RDF.type, PROV.Entity
    yield attribution, SAYSO.stance, SAYSO[item.stance]
    yield attribution, SAYSO.sourceType, SAYSO[item.source_type]
    yield attribution, SAYSO.quotationType, SAYSO[item.quotation_type]
    yield attribution, SAYSO.attributionType, SAYSO[item.attribution_type]
    yield attribution, SAYSO.confidence, Literal(item.confidence, datatype=XSD.double)
    if item.parent_id in siblings:
        yield names.thing(Kind.ATTRIBUTION, item.parent_id), PROV.wasDerivedFrom, attribution
    else:
        yield names.thing(Kind.VERSION, row.id), PROV.wasDerivedFrom, attribution
    yield from _source_triples(names, attribution, item)
    for role, spans in sorted(item.spans.items()):
        for start, end in spans:
            yield attribution, SAYSO[f"{role}Span"], names.span(row.id, start, end)
            yield from _span_triples(names, row, start, end)


def _source_triples(names: _Names, attribution: URIRef, item: AttributionEvidence) -> Iterator[Triple]:
    """Exactly one agent. One who is not identified is an agent of this attribution alone, never the same as any."""
    if item.source_entity_id is not None:
        yield attribution, PROV.wasAttributedTo, names.thing(Kind.ENTITY, item.source_entity_id)
        return
    agent = URIRef(f"{attribution}:source")
    yield attribution, PROV.wasAttributedTo, agent
    yield agent, RDF.type, PROV.Agent
    if item.source_type in _UNNAMED:
        yield agent, RDF.type, SAYSO.UnnamedSource
    yield agent, SDO.description, Literal(item.source_name or "source not named")


def _span_triples(names: _Names, row: Row[Any], start: int, end: int) -> Iterator[Triple]:
    span = names.span(row.id, start, end)
    position, words = URIRef(f"{span}:position"), URIRef(f"{span}:quote")
    yield span, RDF.type, OA.SpecificResource
    yield span, OA.hasSource, names.thing(Kind.VERSION, row.id)
    yield span, OA.hasSelector, position
    yield position, RDF.type, OA.TextPositionSelector
    yield position, OA.start, Literal(start, datatype=XSD.integer)
    yield position, OA.end, Literal(end, datatype=XSD.integer)
    yield span, OA.hasSelector, words
    yield words, RDF.type, OA.TextQuoteSelector
    yield words, OA.exact, Literal(row.text[start:end])


def _versions_query() -> Any:
    return (
        select(article_versions, articles.c.url, articles.c.outlet_id)
        .join(articles, articles.c.id == article_versions.c.article_id)
        .order_by(article_versions.c.id)
    )


def _iri(url: str) -> URIRef | None:
    """A URL as an IRI; what may not stand in one is percent-encoded. `None` where it has no scheme."""
    escaped = quote(url, safe=":/?#[]@!$&'()*+,;=%-._~")
    return URIRef(escaped) if urlsplit(escaped).scheme else None


def _bind(graph: Graph) -> None:
    for prefix, namespace in (("prov", PROV), ("schema", SDO), ("oa", OA), ("sayso", SAYSO)):
        graph.bind(prefix, namespace)


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write beside `path` and move into place at the end, so that no half file is ever seen there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
