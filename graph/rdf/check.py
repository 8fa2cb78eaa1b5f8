"""Holding the graph to its shapes (SHACL), slice by slice, so that memory stays flat.

A slice is some articles with all that is read in them, or some claims with their derivations. No shape but "a chain has
no cycle" looks beyond its slice; between articles, derivations lead strictly back in time (`graph.rdf.hops`).

pyshacl checks the slices but for the constraints in SPARQL, which it asks anew for each node; these are asked once a
slice, of pyoxigraph. Tests hold the two ways to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from itertools import islice
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH

from graph.rdf.export import EVERYTHING, Unit, no_progress, units
from graph.rdf.selection import Selection
from graph.rdf.terms import DEFAULT_BASE, Names
from graph.store import Store

# Units that are checked together. Larger slices are no faster and take more memory.
SLICE = 50


class Breach(NamedTuple):
    """A shape that `node` breaks."""

    node: str
    message: str


def check_store(
    store: Store,
    *,
    base: str = DEFAULT_BASE,
    selection: Selection = EVERYTHING,
    advance: Callable[[int], None] = no_progress,
) -> Iterator[Breach]:
    """Yield what breaks a shape in what an export would write; nothing if all is well."""
    shapes = load_shapes()
    questions = list(take_questions(shapes))
    with store.reading() as connection:
        found = units(connection, Names(base), selection)
        while some := list(islice(found, SLICE)):
            triples = _triples_of(some)
            yield from sorted({*check_graph(_graph_of(triples), shapes), *ask_questions(triples, questions)})
            advance(sum(unit.kind in ("article", "claim") for unit in some))


class Question(NamedTuple):
    """A constraint in SPARQL: whatever it answers with breaks it."""

    message: str
    query: str


def take_questions(shapes: Graph) -> Iterator[Question]:
    """Take the constraints in SPARQL out of `shapes`, and yield them, each asked of all nodes of its class at once."""
    prefixes = "".join(
        f"PREFIX {shapes.value(each, SH.prefix)}: <{shapes.value(each, SH.namespace)}> "
        for each in shapes.objects(None, SH.declare)
    )
    for shape, constraint in list(shapes.subject_objects(SH.sparql)):
        target = shapes.value(shape, SH.targetClass)
        select = str(shapes.value(constraint, SH.select))
        query = prefixes + select.replace("WHERE {", f"WHERE {{ $this a <{target}> . ", 1)
        yield Question(str(shapes.value(constraint, SH.message)), query)
        shapes.remove((shape, SH.sparql, constraint))


def ask_questions(triples: Iterable[Triple], questions: Iterable[Question]) -> Iterator[Breach]:
    """Yield what breaks a constraint in SPARQL."""
    held = pyoxigraph.Store()
    held.extend(Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    for question in questions:
        found = held.query(question.query)
        assert isinstance(found, pyoxigraph.QuerySolutions)  # noqa: S101  our own, each a SELECT
        for solution in found:
            node = solution["this"]
            yield Breach(node.value if isinstance(node, NamedNode) else str(node), question.message)


def check_graph(graph: Graph, shapes: Graph) -> list[Breach]:
    """Return what breaks a shape in `graph`, in order."""
    import pyshacl  # slow to import, and needed here only

    conforms, report, _ = pyshacl.validate(graph, shacl_graph=shapes, advanced=False, inference="none")
    if conforms or not isinstance(report, Graph):
        return []
    found = {
        Breach(str(report.value(result, SH.focusNode)), str(report.value(result, SH.resultMessage)))
        for result in report.subjects(RDF.type, URIRef(str(SH.ValidationResult)))
    }
    return sorted(found)


def load_shapes() -> Graph:
    return Graph().parse(data=read_text("shapes.ttl"), format="turtle")


def read_text(name: str) -> str:
    """Return a file that is published with the graph: the ontology or the shapes."""
    return (resources.files("graph.rdf") / name).read_text(encoding="utf-8")


def _triples_of(some: Iterable[Unit]) -> list[Triple]:
    """What stands in the default graph: an assertion graph is no part of what is said to be so."""
    default = DefaultGraph()
    return [quad.triple for unit in some for quad in unit.quads if quad.graph_name == default]


def _graph_of(triples: Iterable[Triple]) -> Graph:
    data = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)
    return Graph().parse(data=data, format="nt")
