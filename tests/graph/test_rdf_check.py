"""The shapes: a graph of sayso keeps to them, and each of them is broken here once, on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SDO, SH
from sqlalchemy import update

from graph import schema
from graph.rdf.check import Breach, ask_questions, check_graph, check_store, load_shapes, take_questions
from graph.rdf.terms import OA, PAV
from graph.store import Store
from tests.graph.rdf_world import SEED, fill, load_default, set_beside, term
from tests.graph.world import add_page

Change = Callable[[Graph], None]


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return load_shapes()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("shapes")
    with Store.open(f"sqlite:///{folder / 'sayso.db'}") as store:
        add_page(store, SEED)
        set_beside(store)
        return load_default(store, folder)


def one(graph: Graph, kind: URIRef) -> URIRef:
    return URIRef(min(str(each) for each in graph.subjects(RDF.type, kind)))


def hops(graph: Graph) -> list[URIRef]:
    """The hops of the seed, the outermost first: Reuters, Bloomberg News, the researchers."""
    found = {int(str(number)): hop for hop, number in graph.subject_objects(term("hop"))}
    return [URIRef(str(found[number])) for number in (1, 2, 3)]


def node(name: object) -> URIRef:
    return URIRef(str(name).strip("<>"))


def class_of(name: str) -> URIRef:
    return URIRef(name) if ":" in name else term(name)


def add(name: str, predicate: URIRef, value: URIRef | Literal) -> Change:
    """One statement more, on some thing of the class `name`."""

    def change(graph: Graph) -> None:
        graph.add((one(graph, class_of(name)), predicate, value))

    return change


def drop(name: str, predicate: URIRef) -> Change:
    """No such statement, on some thing of the class `name`."""

    def change(graph: Graph) -> None:
        graph.remove((one(graph, class_of(name)), predicate, None))

    return change


def put(name: str, predicate: URIRef, value: URIRef | Literal) -> Change:
    def change(graph: Graph) -> None:
        drop(name, predicate)(graph)
        add(name, predicate, value)(graph)

    return change


def close_a_circle(graph: Graph) -> None:
    graph.add((hops(graph)[2], PROV.wasDerivedFrom, hops(graph)[1]))


def cut_a_hop_off(graph: Graph) -> None:
    graph.remove((hops(graph)[1], PROV.wasDerivedFrom, hops(graph)[2]))


def hang_a_hop_off_another_text_alone(graph: Graph) -> None:
    cut_a_hop_off(graph)
    graph.add((URIRef("urn:x:other"), PROV.wasDerivedFrom, hops(graph)[2]))
    graph.add((URIRef("urn:x:other"), SDO.isPartOf, URIRef("urn:x:elsewhere")))


def skip_a_number(graph: Graph) -> None:
    graph.set((hops(graph)[2], term("hop"), Literal(7)))


def let_inner_content_stick_out(graph: Graph) -> None:
    span = graph.value(hops(graph)[2], term("contentSpan"))
    for selector in graph.objects(span, node(OA["hasSelector"])):
        if graph.value(selector, node(OA["end"])) is not None:
            graph.set((selector, node(OA["end"]), Literal(10_000)))


def make_a_source_the_same_as_another(graph: Graph) -> None:
    graph.add((URIRef("urn:x:somebody"), SDO.sameAs, one(graph, term("UnnamedSource"))))


def share_a_source(graph: Graph) -> None:
    graph.set((hops(graph)[1], PROV.wasAttributedTo, one(graph, term("UnnamedSource"))))


def link_a_claim_with_itself(graph: Graph) -> None:
    link = one(graph, node(OA["Annotation"]))
    claim = URIRef(str(graph.value(link, node(OA["hasTarget"]))))
    graph.set((link, node(OA["hasBody"]), claim))
    graph.add((claim, DCTERMS.relation, claim))


def take_a_flat_link(graph: Graph) -> None:
    graph.remove((None, DCTERMS.relation, None))


def take_a_flat_derivation(graph: Graph) -> None:
    version = one(graph, term("ArticleVersion"))
    graph.remove((version, PROV.wasDerivedFrom, None))


CLAIM, SPAN, POSITION = str(SDO.Claim), OA["SpecificResource"].value, OA["TextPositionSelector"].value
X, LINK = URIRef("urn:x:x"), OA["Annotation"].value

BREACHES: list[tuple[str, Change]] = [
    ("a hop has exactly one agent", drop("Hop", PROV.wasAttributedTo)),
    ("a hop has exactly one agent", add("Hop", PROV.wasAttributedTo, X)),
    ("a hop has exactly one stance, of the list", drop("Hop", term("stance"))),
    ("a hop has exactly one stance, of the list", put("Hop", term("stance"), term("believes"))),
    ("a hop has exactly one stance, of the list", add("Hop", term("stance"), term("denies"))),
    ("a hop has exactly one number, from 1", put("Hop", term("hop"), Literal(0))),
    ("a hop is in exactly one version", add("Hop", SDO.isPartOf, X)),
    ("a hop hangs off an outer one, or off its version", cut_a_hop_off),
    ("a hop hangs off an outer one, or off its version", hang_a_hop_off_another_text_alone),
    ("a chain has no cycle", close_a_circle),
    ("within a text the number of a hop grows by one", skip_a_number),
    ("an attribution has a content", drop("Attribution", term("contentSpan"))),
    (
        "an attribution has one confidence from 0 to 1",
        put("Attribution", URIRef("http://www.w3.org/2005/11/its/rdf#taConfidence"), Literal(1.5)),
    ),
    ("an attribution was found by exactly one run", drop("Attribution", PROV.wasGeneratedBy)),
    ("inner content lies inside outer content", let_inner_content_stick_out),
    ("an occurrence is of exactly one claim", drop("Occurrence", term("occurrenceOf"))),
    ("an occurrence is in exactly one attribution", add("Occurrence", SDO.isPartOf, X)),
    ("an occurrence has exactly one stance to its claim, of the list", drop("Occurrence", term("stance"))),
    ("an occurrence has exactly one stance to its claim, of the list", add("Occurrence", term("stance"), X)),
    ("a span is in exactly one version", drop(SPAN, node(OA["hasSource"]))),
    ("a span has exactly one position", drop(SPAN, node(OA["hasSelector"]))),
    ("a span has exactly one quote", drop(SPAN, node(OA["hasSelector"]))),
    ("a position starts at 0 or later", put(POSITION, node(OA["start"]), Literal(-1))),
    ("a position ends after it starts", put(POSITION, node(OA["end"]), Literal(0))),
    ("a position has one end", drop(POSITION, node(OA["end"]))),
    ("an unnamed source is the same as nobody", add("UnnamedSource", SDO.sameAs, X)),
    ("an unnamed source is the same as nobody", add("UnnamedSource", OWL.sameAs, X)),
    ("nobody is the same as an unnamed source", make_a_source_the_same_as_another),
    ("an unnamed source belongs to one attribution", share_a_source),
    ("a claim has one text", drop(CLAIM, SDO.text)),
    ("a claim has one text", put(CLAIM, SDO.text, Literal(""))),
    ("a claim has one text", put(CLAIM, SDO.text, Literal("1", datatype=XSD.integer))),
    ("a claim appears somewhere", drop(CLAIM, SDO.appearance)),
    ("a claim is nobody's: attributions are", add(CLAIM, SDO.author, X)),
    ("a link is from one claim", drop(LINK, node(OA["hasTarget"]))),
    ("a link is from one claim", put(LINK, node(OA["hasTarget"]), X)),
    ("a link is to one claim", drop(LINK, node(OA["hasBody"]))),
    ("a link is to one claim", put(LINK, node(OA["hasBody"]), Literal("c17"))),
    ("a link is of one kind, of the list", put(LINK, DCTERMS.type, X)),
    ("a link leads to another claim, and stands beside a flat one", link_a_claim_with_itself),
    ("a link leads to another claim, and stands beside a flat one", take_a_flat_link),
    ("a version is of exactly one article", add("ArticleVersion", PROV.specializationOf, X)),
    ("a version has one outlet at most", add("ArticleVersion", PROV.wasAttributedTo, X)),
    ("a version was first seen at one time", put("ArticleVersion", node(PAV["retrievedOn"]), Literal("2026"))),
    ("a date is as exact as it is known", put("ArticleVersion", SDO.datePublished, Literal("March"))),
    ("a derivation is from one thing", drop(str(PROV.Derivation), PROV.entity)),
    ("a qualified derivation stands beside a flat one", take_a_flat_derivation),
]


def test_what_sayso_writes_keeps_to_the_shapes(sqlite_url: str, tmp_path: Path, shapes: Graph) -> None:
    with Store.open(sqlite_url) as store:
        fill(store)
        done: list[int] = []
        assert list(check_store(store, advance=done.append)) == []
        assert sum(done) > 10
        assert check_graph(load_default(store, tmp_path), shapes) == []


@pytest.mark.parametrize(("message", "change"), BREACHES, ids=[f"{i} {m}" for i, (m, _) in enumerate(BREACHES)])
def test_each_shape_finds_what_breaks_it(good: Graph, shapes: Graph, message: str, change: Change) -> None:
    broken = Graph()
    broken += good
    change(broken)
    assert message in {breach.message for breach in check_graph(broken, shapes)}
    assert message in {breach.message for breach in check_quickly(broken)}


def check_quickly(graph: Graph) -> list[Breach]:
    """The way in which a store is checked: constraints in SPARQL asked once, of pyoxigraph."""
    core = load_shapes()
    questions = list(take_questions(core))
    triples = [quad.triple for quad in pyoxigraph.parse(graph.serialize(format="nt"), pyoxigraph.RdfFormat.N_TRIPLES)]
    return [*check_graph(graph, core), *ask_questions(triples, questions)]


def test_both_ways_of_checking_find_the_same(good: Graph, shapes: Graph) -> None:
    assert check_quickly(good) == []
    broken = Graph()
    broken += good
    for change in (close_a_circle, let_inner_content_stick_out, take_a_flat_derivation, skip_a_number):
        change(broken)
    assert len(check_graph(broken, shapes)) > 4
    assert set(check_quickly(broken)) == set(check_graph(broken, shapes))


def test_the_graph_that_is_broken_is_whole_before(good: Graph, shapes: Graph) -> None:
    assert check_graph(good, shapes) == []


def test_every_shape_is_broken_by_some_test(shapes: Graph) -> None:
    assert {str(each) for each in shapes.objects(None, SH.message)} == {message for message, _ in BREACHES}


def test_a_store_that_breaks_a_shape_is_told_where(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        add_page(store, SEED)
        with store.writing() as connection:
            connection.execute(update(schema.attributions).values(confidence=7.0))
        found = list(check_store(store))
    assert {breach.message for breach in found} == {"an attribution has one confidence from 0 to 1"}
    assert all(breach.node.startswith("urn:sayso:attribution:a") for breach in found)
