"""What belongs to no single article, as RDF: outlets, publications known by name, entities, pipelines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode, Quad
from sqlalchemy import Connection, select

from graph.ids import Kind
from graph.rdf.agents import Agents, unique_publications
from graph.rdf.selection import Selection, outlet_query, publication_names
from graph.rdf.sheet import Sheet
from graph.rdf.terms import DCT, PROV, RDF, SCHEMA, Names, publication_id, words
from graph.schema import aliases, attributions, entities, pipelines
from nlp.annotation import EntityType

# What is none of these is a place.
_ENTITY_CLASSES: dict[str, str] = {
    EntityType.PERSON: "Person", EntityType.ORG: "Organization", EntityType.NORP: "Thing"
}  # fmt: skip


def describe_outlets(
    connection: Connection, names: Names, agents: Agents, selection: Selection
) -> Iterator[tuple[int, list[Quad]]]:
    for row in connection.execute(outlet_query(selection)):
        sheet = Sheet()
        _describe_outlet(sheet, names.thing(Kind.OUTLET, row.id), row.name)
        if row.family is not None:
            sheet.add(names.thing(Kind.OUTLET, row.id), SCHEMA["parentOrganization"], agents.publication(row.family))
        yield row.id, sheet.quads()


def describe_publications(
    connection: Connection, names: Names, agents: Agents, selection: Selection
) -> Iterator[tuple[int, list[Quad]]]:
    """Agencies and outlets of which no article is held."""
    found = unique_publications(publication_names(connection, selection), agents)
    for key, name in sorted((publication_id(name), name) for name in found.values()):
        sheet = Sheet()
        _describe_outlet(sheet, names.publication(name), name)
        yield key, sheet.quads()


def describe_pipelines(connection: Connection, names: Names) -> Iterator[tuple[int, list[Quad]]]:
    """Each program with the versions of what it was made of, as it names itself."""
    for row in connection.execute(select(pipelines).order_by(pipelines.c.id)):
        agent = names.pipeline(row.id)
        sheet = Sheet()
        sheet.add(agent, RDF["type"], PROV["Agent"])
        sheet.add(agent, RDF["type"], PROV["SoftwareAgent"])
        sheet.add(agent, SCHEMA["name"], words(row.version))
        for component in filter(None, (each.strip() for each in row.version.split(";"))):
            sheet.add(agent, SCHEMA["softwareRequirements"], words(component))
        yield row.id, sheet.quads()


def describe_entities(
    connection: Connection, names: Names, entity_ids: Sequence[int]
) -> Iterator[tuple[int, list[Quad]]]:
    """Yield each canonical entity with all names of those that it stands for; their IRIs lead to it."""
    mine = entities.c.canonical_id.in_(entity_ids)
    rows = {row.id: row for row in connection.execute(select(entities).where(entities.c.id.in_(entity_ids)))}
    groups: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(select(entities.c.canonical_id, entities.c.id).where(mine).order_by(entities.c.id)):
        groups[row.canonical_id].append(row.id)
    known: dict[int, set[str]] = defaultdict(set)
    called = select(entities.c.canonical_id, aliases.c.name).join(aliases, aliases.c.entity_id == entities.c.id)
    for query in (select(entities.c.canonical_id, entities.c.name), called):
        for row in connection.execute(query.where(mine).distinct()):
            known[row.canonical_id].add(row.name)
    said = select(entities.c.canonical_id).join(attributions, attributions.c.source_entity_id == entities.c.id)
    acting = set(connection.execute(said.where(mine).distinct()).scalars())
    for entity_id in entity_ids:
        row = rows[entity_id]
        sheet = Sheet()
        entity = names.thing(Kind.ENTITY, entity_id)
        sheet.add(entity, RDF["type"], SCHEMA[_ENTITY_CLASSES.get(row.type, "Place")])
        if entity_id in acting:
            sheet.add(entity, RDF["type"], PROV["Agent"])
        sheet.add(entity, SCHEMA["name"], words(row.name))
        for name in sorted(known[entity_id] - {row.name}):
            sheet.add(entity, SCHEMA["alternateName"], words(name))
        for other in groups[entity_id]:
            if other != entity_id:
                sheet.add(names.thing(Kind.ENTITY, other), DCT["isReplacedBy"], entity)
        yield entity_id, sheet.quads()


def _describe_outlet(sheet: Sheet, outlet: NamedNode, name: str) -> None:
    sheet.add(outlet, RDF["type"], SCHEMA["NewsMediaOrganization"])
    sheet.add(outlet, RDF["type"], PROV["Agent"])
    sheet.add(outlet, SCHEMA["name"], words(name))
