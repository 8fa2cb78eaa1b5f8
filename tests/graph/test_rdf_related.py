"""Claims beside a claim, as RDF: linked and never joined; and who asserts the opposite of a claim denies it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Graph

from graph.ids import Kind, show_id
from graph.linking import Linker
from graph.rdf.check import check_store
from graph.rdf.export import Format, export_rdf
from graph.rdf.quadstore import QuadStore
from graph.rdf.ready import fill_in, find_ready, find_thing
from graph.rdf.selection import select_by_names
from graph.store import Store
from nlp.sentences import SentenceEncoder
from tests.graph.rdf_world import load_default
from tests.graph.test_linking import DENIED, IN_OTHER_WORDS, LEAKED, RIVAL, id_of
from tests.graph.test_rdf_export import values
from tests.graph.test_related import said
from tests.graph.world import Page, add_page


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as opened:
        yield opened


def take_in(store: Store, encoder: SentenceEncoder, *pages: Page) -> None:
    for page in pages:
        add_page(store, page)
    for _ in Linker(store, encoder).link_new():
        pass


def kinds(graph: Graph) -> list[tuple[str, str, str, str]]:
    answer = graph.query(find_ready("rivals").text)
    return sorted((str(row.text), str(row.kind), str(row.otherText), str(row.reason)) for row in answer)  # type: ignore[union-attr]


def test_rivals_are_linked_both_ways_with_what_they_differ_in(
    store: Store, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    take_in(store, encoder, said("Ada Brandt", LEAKED, day=3), said("Ben Okafor", RIVAL, day=4))
    graph = load_default(store, tmp_path)
    assert kinds(graph) == sorted(
        [(LEAKED, "rival", RIVAL, "400 against 4,000"), (RIVAL, "rival", LEAKED, "400 against 4,000")]
    )
    assert len(values(graph, "SELECT ?claim { ?claim a schema:Claim }")) == 2
    assert values(graph, "SELECT ?stance { ?o a sayso:Occurrence ; sayso:stance ?stance }") == {"urn:sayso:ns:asserts"}
    assert list(check_store(store)) == []
    alone = select_by_names(store, claim_texts=[show_id(Kind.CLAIM, id_of(store, LEAKED))])
    ((text, kind, _, _),) = kinds(load_default(store, tmp_path, selection=alone))
    assert (text, kind) == (LEAKED, "rival")


def test_what_the_same_source_says_later_is_an_update(store: Store, encoder: SentenceEncoder, tmp_path: Path) -> None:
    take_in(store, encoder, said("Ada Brandt", LEAKED, day=3), said("Ada Brandt", RIVAL, day=4))
    assert {kind for _, kind, _, _ in kinds(load_default(store, tmp_path))} == {"update"}
    assert list(check_store(store)) == []


def test_the_quad_store_follows_what_turns_a_rival_into_an_update(
    store: Store, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    quads = QuadStore(tmp_path / "quads")
    for page in (
        said("Ada Brandt", LEAKED, day=3),
        said("Ben Okafor", RIVAL, day=4),
        said("Ada Brandt", RIVAL, day=5),
        said("Kestrel Vahl", DENIED, day=6),
    ):
        take_in(store, encoder, page)
        assert quads.update(store).made > 0
        held = set(pyoxigraph.Store.read_only(str(quads.snapshot())))
        export_rdf(store, tmp_path / "a.nq", Format.NQUADS)
        assert held == set(pyoxigraph.parse(path=tmp_path / "a.nq"))
    assert {kind for _, kind, _, _ in kinds(load_default(store, tmp_path))} == {"update"}


def test_who_asserts_the_opposite_denies_the_claim_and_still_asserts_its_own_words(
    store: Store, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    take_in(
        store,
        encoder,
        said("Ada Brandt", LEAKED, day=3),
        said("Kestrel Vahl", DENIED, day=4),
        said("Ben Okafor", IN_OTHER_WORDS, day=5),
    )
    graph = load_default(store, tmp_path)
    occurrences = "?o a sayso:Occurrence ; sayso:stance sayso:%s ; schema:isPartOf/prov:wasAttributedTo/schema:name ?n"
    who = f"SELECT ?n {{ {occurrences} }}"
    assert values(graph, who % "denies") == {"Kestrel Vahl"}
    assert values(graph, who % "asserts") == {"Ada Brandt", "Ben Okafor"}
    assert values(graph, "SELECT ?stance { ?hop a sayso:Hop ; sayso:stance ?stance }") == {"urn:sayso:ns:asserts"}
    ((_, _, asserted, disputed),) = graph.query(find_ready("contested").text)  # type: ignore[misc]
    assert (int(asserted), int(disputed)) == (2, 1)
    (iri,) = values(graph, "SELECT ?claim { ?claim a schema:Claim }")
    claim = find_thing(store, "claim", iri.rsplit(":", 1)[1])
    origins = graph.query(fill_in(find_ready("origins"), {"claim": claim}))
    assert {(str(row.source), str(row.stance)) for row in origins} == {  # type: ignore[union-attr]
        ("Ada Brandt", "asserts"),
        ("Ben Okafor", "asserts"),
        ("Kestrel Vahl", "denies"),
    }
