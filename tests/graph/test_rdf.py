"""The export, parsed back: the same graph, the same bytes, and no allegation as a fact."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, Dataset, Graph, Literal
from rdflib.compare import isomorphic
from rdflib.namespace import PROV, SDO

from graph.rdf import OA, SAYSO, RdfFormat, export_rdf
from graph.store import Store
from tests.graph.test_annotating import LEAK, PAGE
from tests.graph.test_trace import relayed
from tests.graph.world import add_page


@pytest.fixture
def exported(store: Store, tmp_path: Path) -> Graph:
    add_page(store, PAGE)
    add_page(store, relayed())
    count = export_rdf(store, tmp_path / "out.ttl", RdfFormat.TURTLE)
    graph = Graph().parse(tmp_path / "out.ttl")
    assert len(graph) == count
    return graph


def test_turtle_and_nquads_hold_the_same_statements(store: Store, exported: Graph, tmp_path: Path) -> None:
    export_rdf(store, tmp_path / "out.nq", RdfFormat.NQUADS)
    flat = Graph()
    for subject, predicate, value, _ in Dataset().parse(tmp_path / "out.nq", format="nquads").quads():
        flat.add((subject, predicate, value))
    assert isomorphic(flat, exported)


def test_each_version_is_a_named_graph(store: Store, exported: Graph, tmp_path: Path) -> None:
    export_rdf(store, tmp_path / "out.nq", RdfFormat.NQUADS)
    dataset = Dataset().parse(tmp_path / "out.nq", format="nquads")
    names = {graph.identifier for graph in dataset.graphs() if len(graph)} - {dataset.default_graph.identifier}
    assert names == set(exported.subjects(RDF.type, SAYSO.ArticleVersion))


def test_an_attribution_is_in_the_graph_with_its_words(exported: Graph) -> None:
    words = set(exported.objects(None, OA.exact))
    assert {Literal(LEAK), Literal("Ada Brandt"), Literal("said")} <= words


def test_each_attribution_has_exactly_one_agent(exported: Graph) -> None:
    found = list(exported.subjects(RDF.type, SAYSO.Attribution))
    assert len(found) == 4
    assert [len(list(exported.objects(each, PROV.wasAttributedTo))) for each in found] == [1] * 4


def test_the_chain_is_walked_inwards(exported: Graph) -> None:
    query = """
        SELECT ?words WHERE {
          ?version a sayso:ArticleVersion ; schema:headline "A title" ; prov:wasDerivedFrom+ ?hop .
          ?hop sayso:sourceSpan/oa:hasSelector/oa:exact ?words
        }"""
    prefixes = {"sayso": SAYSO, "schema": SDO, "prov": PROV, "oa": OA}
    found = {str(row[0]) for row in exported.query(query, initNs=prefixes)}  # type: ignore[index]
    assert {"Bloomberg News", "Researchers at Velde University"} <= found


def test_an_unnamed_source_is_its_own_agent_and_the_same_as_nobody(exported: Graph) -> None:
    (unnamed,) = exported.subjects(RDF.type, SAYSO.UnnamedSource)
    assert list(exported.objects(unnamed, SDO.description)) == [Literal("Researchers at Velde University")]
    assert not list(exported.triples((None, SDO.sameAs, None)))


def test_a_claim_has_text_and_appearance_and_no_author(exported: Graph) -> None:
    for claim in exported.subjects(RDF.type, SDO.Claim):
        assert list(exported.objects(claim, SDO.appearance))
        assert not list(exported.objects(claim, SDO.author))
        (text,) = exported.objects(claim, SDO.text)
        assert isinstance(text, Literal)
        assert text.language == "en"


@pytest.mark.parametrize("rdf_format", list(RdfFormat))
def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path, rdf_format: RdfFormat) -> None:
    add_page(store, PAGE)
    for name in ("a", "b"):
        export_rdf(store, tmp_path / name, rdf_format)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_appears_whole_or_not_at_all(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_page(store, PAGE)
    (tmp_path / "out.ttl").write_text("what was there before")
    monkeypatch.setattr("graph.rdf._version_triples", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_rdf(store, tmp_path / "out.ttl", RdfFormat.TURTLE)
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.ttl"]
    assert (tmp_path / "out.ttl").read_text() == "what was there before"


def test_hostile_text_stays_text(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    hostile = replace(PAGE, url='https://a.example/"> <x> {}|\\^`', outlet='" . <a> <b> <c> . #\n')
    add_page(store, hostile)
    for rdf_format in RdfFormat:
        path = tmp_path / f"out.{rdf_format}"
        export_rdf(store, path, rdf_format)
        dataset = Dataset().parse(path, format="nquads" if rdf_format is RdfFormat.NQUADS else "turtle")
        assert not [quad for quad in dataset.quads() if str(quad[1]) == "b"]
