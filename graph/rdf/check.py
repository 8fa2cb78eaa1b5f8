"""Holding the graph to its shapes (SHACL, by pyshacl), slice by slice, so that memory stays flat.

A slice is some articles with all that is read in them, or some claims with their derivations. No shape but "a chain has
no cycle" looks beyond its slice; between articles, derivations lead strictly back in time (`graph.rdf.hops`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from itertools import islice
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat
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
    with store.reading() as connection:
        found = units(connection, Names(base), selection)
        while some := list(islice(found, SLICE)):
            yield from check_graph(_graph_of(some), shapes)
            advance(sum(unit.kind in ("article", "claim") for unit in some))


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


def _graph_of(some: Iterable[Unit]) -> Graph:
    """What stands in the default graph: an assertion graph is no part of what is said to be so."""
    default = DefaultGraph()
    triples = (quad.triple for unit in some for quad in unit.quads if quad.graph_name == default)
    data = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)
    return Graph().parse(data=data, format="nt")
